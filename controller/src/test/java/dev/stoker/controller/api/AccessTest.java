package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Wire;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, and what strangers can send. */
class AccessTest {
  private static final String JOIN = "join-token-0123456789";
  private static final String USER = "user-token-0123456789";

  @TempDir Path folder;
  private ControllerServer server;
  private ControllerClient user;

  @BeforeEach
  void start() {
    var listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        ControllerServer.start(
            new ControllerSettings(
                folder, listen, new ControllerSettings.Tokens(JOIN, USER), null, false));
    user = new ControllerClient(server.url(), USER);
  }

  @AfterEach
  void stop() {
    user.close();
    server.close();
  }

  @Test
  void aMissingOrWrongTokenIsRefusedInOneSentence() {
    try (var nobody = new ControllerClient(server.url(), null);
        var wrong = nobody.withToken("wrong-token-0123456789");
        var joiner = nobody.withToken(JOIN)) {
      assertRefused(401, "asks for a token", nobody::jobs);
      assertRefused(401, "not known here", wrong::jobs);
      assertRefused(403, "only registers nodes", joiner::jobs);
      assertRefused(
          401, "asks for a token", () -> nobody.register(ScriptedAgent.registration("x")));
      nobody.checkHealth();
    }
  }

  @Test
  void aNodesTokenWorksForItsOwnLeasesOnly() {
    String job = user.submit(TestJobs.frames(2), "key-1").jobId();
    try (var one = new ScriptedAgent(server.url(), JOIN, "one");
        var two = new ScriptedAgent(server.url(), JOIN, "two")) {
      Lease lease = one.lease(1, 5_000).getFirst();
      assertRefused(403, "belongs to another node", () -> two.commit(lease));
      assertRefused(403, "belongs to another node", () -> two.finish(lease, Outcome.FAILED));
      assertRefused(403, "another node", () -> two.client.lease(one.nodeId, request()));
      assertRefused(403, "holds no lease", () -> two.client.definition(job));
      assertRefused(403, "what people do", one.client::jobs);
      assertRefused(403, "what people do", () -> one.client.cancel(job));
      assertEquals(job, lease.jobId());
      one.client.definition(job);
      one.render(lease);
    }
  }

  private static Leasing.Request request() {
    return new Leasing.Request(1, List.of(), 0);
  }

  @Test
  void theOldTokenOfANodeThatRegistersAgainStopsWorking() {
    try (var old = new ScriptedAgent(server.url(), JOIN, "one");
        var renewed = new ScriptedAgent(server.url(), JOIN, "one")) {
      assertEquals(old.nodeId, renewed.nodeId);
      renewed.heartbeat();
      assertRefused(401, "register the node anew", old::heartbeat);
    }
  }

  @Test
  void aCredentialInALocationIsRefusedWithoutBeingRepeated() {
    Jobs.Definition clean = TestJobs.frames(1);
    for (String uri :
        List.of(
            "https://studio.blob.core.windows.net/show?sv=2026&sig=SECRET",
            "http://me:SECRET@host/show/",
            "blob://studio/show/?AccountKey=SECRET")) {
      var definition =
          new Jobs.Definition(
              clean.template(),
              List.of(),
              Map.of(),
              "",
              List.of(new Jobs.Location("show", uri, List.of(), false)),
              "default",
              50,
              3);
      var refusal = assertThrows(ControllerException.class, () -> user.submit(definition, "k"));
      assertEquals(400, refusal.status());
      assertTrue(refusal.sentence().contains("location show"), refusal.sentence());
      assertFalse(refusal.sentence().contains("SECRET"), refusal.sentence());
    }
  }

  @Test
  void anUploadThatLeadsElsewhereOrHasNoLocationIsRefused() {
    String hash = "0a".repeat(32);
    Jobs.Location uploads = new Jobs.Location(Jobs.UPLOADS, "/x/", List.of(), false);
    assertRefused(
        400, "needs a location named 'uploads'", () -> user.submit(uploading(hash + "/a"), "k"));
    for (String at : List.of(hash + "/..", hash + "/a/b", "../" + hash + "/a", hash, "")) {
      assertRefused(
          400,
          "assets.uploads has '" + at + "'",
          () -> user.submit(uploading(at, uploads), "k" + at.length()));
    }
    assertFalse(user.submit(uploading(hash + "/..a", uploads), "good").jobId().isEmpty());
  }

  private static Jobs.Definition uploading(String at, Jobs.Location... locations) {
    return new Jobs.Definition(
        TestJobs.frames(1).template(),
        List.of(),
        Map.of(),
        "",
        List.of(locations),
        "default",
        50,
        3,
        new Jobs.Assets(List.of(), List.of(), Map.of("/home/a", at)));
  }

  @Test
  void aBadTemplateIsRefusedByFieldAndName() {
    assertRefused(
        400,
        "specificationVersion",
        () -> user.submit(TestJobs.of("{\"specificationVersion\": \"x\"}"), "k"));
    var parametrised =
        TestJobs.of(
            """
            {"specificationVersion": "jobtemplate-2023-09", "name": "n",
             "parameterDefinitions": [{"name": "Scene", "type": "STRING"}],
             "steps": [{"name": "s", "script": {"actions": {"onRun": {"command": "c"}}}}]}
            """);
    assertRefused(400, "'Scene' has no value", () -> user.submit(parametrised, "k"));
  }

  @Test
  void hostileRequestsAreAnsweredWithOneSentence() throws Exception {
    String deep = "[".repeat(100_000);
    assertAnswer(400, post("/v1/jobs", "{"));
    assertAnswer(400, post("/v1/jobs", "null"));
    assertAnswer(400, post("/v1/jobs", "[1]"));
    assertAnswer(400, post("/v1/jobs", "{}"));
    assertAnswer(400, post("/v1/jobs", deep));
    assertAnswer(400, post("/v1/jobs", "{\"template\": " + deep));
    assertAnswer(400, post("/v1/jobs", "{\"locations\": [null], \"template\": {}}"));
    assertAnswer(413, post("/v1/jobs", " ".repeat(9 << 20)));
    assertAnswer(400, post("/v1/jobs/j/retry", "{\"tasks\": 7}"));
    assertAnswer(404, post("/v1/jobs/../../etc/passwd", "{}"));
    assertAnswer(404, post("/v1/unknown", "{}"));
    assertAnswer(404, get("/v1/jobs/j123456789/cancel/"));
    assertAnswer(404, get("/v1/jobs/j123456789"));
    assertAnswer(400, get("/v1/jobs/%00%0a%ff"));
    assertAnswer(400, get("/v1/jobs?limit=ten"));
    assertAnswer(400, get("/v1/jobs?limit=-1"));
    assertEquals(200, get("/v1/jobs").statusCode());
  }

  @Test
  void aRequestThatIsNotHttpDoesNotStopTheServer() throws Exception {
    for (String bytes : List.of("\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "POST / HTTP/9.9\r\n\r\n")) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.url().getPort())) {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      }
    }
    user.checkHealth();
  }

  @Test
  void itStaysOnLoopbackWithoutTlsAndTokens() {
    var open =
        new ControllerSettings(folder.resolve("open"), new InetSocketAddress(0), null, null, false);
    var refused = assertThrows(StartException.class, () -> ControllerServer.start(open));
    assertTrue(refused.getMessage().contains("--insecure"), refused.getMessage());
  }

  @Test
  void anOpenControllerAnswersNobodyWhoCallsItByAnotherName() throws Exception {
    try (var open = ControllerServer.start(ControllerSettings.loopback(folder.resolve("open"), 0));
        var socket = new Socket(InetAddress.getLoopbackAddress(), open.url().getPort())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              "GET /v1/jobs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 403"), answer);
    }
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        builder(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(builder(path).GET());
  }

  private HttpRequest.Builder builder(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path))
        .timeout(Duration.ofSeconds(15))
        .header("Authorization", "Bearer " + USER);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static void assertAnswer(int status, HttpResponse<String> response) throws Exception {
    assertEquals(status, response.statusCode(), response.body());
    JsonNode body = Wire.mapper().readTree(response.body());
    assertTrue(body.path("error").textValue().length() > 10, response.body());
    assertFalse(response.body().contains("Exception"), response.body());
    assertFalse(response.body().contains("dev.stoker"), response.body());
  }

  private static void assertRefused(int status, String says, Executable call) {
    var refusal = assertThrows(ControllerException.class, call);
    assertEquals(status, refusal.status(), refusal.sentence());
    assertTrue(refusal.sentence().contains(says), refusal.sentence());
  }
}
