package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.protocol.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the page calls, over real HTTP and a real database. */
@Timeout(120)
@ParameterizedClass
@EnumSource(StoreKind.class)
class PageCallsTest {
  private static final String JOIN = "join-token-0123456789";
  private static final String ADMIN = "user-token-0123456789";
  private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 1, 2, 3};

  @Parameter StoreKind kind;
  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private ControllerServer server;
  private ControllerClient admin;
  private ScriptedAgent agent;

  @BeforeEach
  void start() {
    ControllerSettings open = kind.settings(folder);
    server =
        ControllerServer.start(
            new ControllerSettings(
                    folder, open.listen(), new ControllerSettings.Tokens(JOIN, ADMIN), null, false)
                .withDatabase(open.database()));
    admin = new ControllerClient(server.url(), ADMIN);
    agent = new ScriptedAgent(server.url(), JOIN, "node-1");
  }

  @AfterEach
  void stop() {
    agent.close();
    admin.close();
    http.close();
    server.close();
  }

  @Test
  void onlyPeopleMayLookAndOnlyAtTheirProjects() throws Exception {
    String job = admin.submit(TestJobs.frames(3), "a").jobId();
    Lease lease = agent.lease(1, 5_000).getFirst();
    String viewer = token("vera", List.of());
    String outsider = token("otto", List.of("another"));
    List<String> ofJob =
        List.of("/grid", "/map", "/cost", "/failed", "/tasks/" + job + "-0").stream()
            .map(end -> "/v1/jobs/" + job + end)
            .toList();
    List<String> ofAll =
        List.of("/v1/session", "/v1/overview", "/v1/fleet", "/v1/nodes/" + agent.nodeId);
    for (String path : all(ofJob, ofAll)) {
      assertEquals(401, status(path, null), path);
      assertEquals(401, status(path, "wrong-token-0123456789"), path);
      assertEquals(403, status(path, JOIN), path);
      assertEquals(200, status(path, viewer), path);
      assertEquals(ofAll.contains(path) ? 200 : 404, status(path, outsider), path);
    }
    JsonNode overview = json("/v1/overview", outsider);
    assertEquals(0, overview.path("queue").size());
    assertTrue(overview.path("cost").isMissingNode());
    JsonNode slot = json("/v1/nodes/" + agent.nodeId, outsider).at("/slots/0/tasks/0");
    assertEquals("", slot.path("jobId").asText("?"));
    assertEquals(
        lease.taskId(),
        json("/v1/nodes/" + agent.nodeId, viewer).at("/slots/0/tasks/0/taskId").asText());
    for (String topic : List.of("job&id=" + job, "job&id=jnone00000", "node&id=nnone00000")) {
      assertEquals(404, status("/v1/events?topic=" + topic, outsider), topic);
    }
    assertEquals(403, status("/v1/events?topic=overview", JOIN));
    assertEquals(400, status("/v1/events?topic=everything", viewer));
  }

  @Test
  void theGridSaysWhatTheTasksSay() throws Exception {
    String job = admin.submit(TestJobs.frames(9), "a").jobId();
    List<Lease> leases = agent.lease(5, 5_000);
    agent.heartbeat(leases.toArray(Lease[]::new));
    agent.commit(leases.get(0));
    agent.finish(leases.get(0), Outcome.SUCCEEDED);
    agent.commit(leases.get(1));
    agent.finish(leases.get(2), Outcome.FAILED);
    agent.finish(leases.get(3), Outcome.RETURNED);
    assertEquals("s1c1e1r1l1r4", json("/v1/jobs/" + job + "/grid", ADMIN).path("runs").asText());
    JsonNode part = json("/v1/jobs/" + job + "/grid?from=1&limit=2", ADMIN);
    assertEquals("c1e1", part.path("runs").asText());
    assertEquals(9, part.path("total").asLong());
    JsonNode map = json("/v1/jobs/" + job + "/map?bins=3", ADMIN);
    assertEquals(List.of("c1e1s1", "l1r2", "r3"), texts(map.path("bins")));
    admin.cancel(job);
    assertEquals("s1c1x7", json("/v1/jobs/" + job + "/grid", ADMIN).path("runs").asText());
    JsonNode two =
        json("/v1/jobs/" + admin.submit(TestJobs.framesThenEncode(), "b").jobId() + "/grid", ADMIN);
    assertEquals("w1r2", two.path("runs").asText());
    assertEquals("Encode", two.at("/steps/0/name").asText());
  }

  @Test
  void aCommitNeverFailsForItsPicturesAndKeepsThoseThatAreSome() throws Exception {
    String job = admin.submit(TestJobs.frames(3), "a").jobId();
    Lease lease = agent.lease(1, 5_000).getFirst();
    var manifest = ScriptedAgent.manifest(lease);
    String shown = manifest.outputs().getFirst().destination();
    String good = Base64.getEncoder().encodeToString(JPEG);
    List<Commit.Thumbnail> sent = new ArrayList<>();
    sent.add(new Commit.Thumbnail(shown, "no base64 at all"));
    sent.add(
        new Commit.Thumbnail(
            shown,
            Base64.getEncoder()
                .encodeToString("<svg onload=alert(1)>".getBytes(StandardCharsets.UTF_8))));
    sent.add(new Commit.Thumbnail("blob://studio/show/of-somebody-else.png", good));
    byte[] large = new byte[Commit.LARGEST_THUMBNAIL + 1];
    System.arraycopy(JPEG, 0, large, 0, JPEG.length);
    sent.add(new Commit.Thumbnail(shown, Base64.getEncoder().encodeToString(large)));
    sent.add(new Commit.Thumbnail(shown, good));
    agent.client.commit(lease.leaseId(), new Commit.Request(lease.attempt(), manifest, sent));
    agent.finish(lease, Outcome.SUCCEEDED);
    assertEquals(
        1, json("/v1/jobs/" + job + "/tasks/" + lease.taskId(), ADMIN).path("thumbnails").asInt());
    String path = "/v1/jobs/" + job + "/tasks/" + lease.taskId() + "/thumbnail";
    HttpResponse<byte[]> picture =
        http.send(request(path, ADMIN).build(), HttpResponse.BodyHandlers.ofByteArray());
    assertArrayEquals(JPEG, picture.body());
    assertEquals("image/jpeg", picture.headers().firstValue("Content-Type").orElse(""));
    assertEquals("nosniff", picture.headers().firstValue("X-Content-Type-Options").orElse(""));
    assertEquals(404, status(path + "?index=1", ADMIN));
    admin.retry(job, new Jobs.Retry(List.of(lease.taskId())));
    Lease again = agent.lease(1, 5_000).getFirst();
    agent.commit(again);
    agent.finish(again, Outcome.SUCCEEDED);
    assertEquals(200, status(path, ADMIN), "an attempt without pictures leaves what was there");
  }

  @Test
  void aStreamTellsWhatChangedAndNothingThatIsKnown() throws Exception {
    String job = admin.submit(TestJobs.frames(3), "a").jobId();
    String topic = "/v1/events?topic=job&id=" + job;
    String lastId;
    try (BufferedReader events = follow(topic, null)) {
      Map.Entry<String, JsonNode> first = next(events);
      assertEquals("QUEUED", first.getValue().at("/job/state").asText());
      Lease lease = agent.lease(1, 5_000).getFirst();
      Map.Entry<String, JsonNode> second = next(events);
      while (second.getValue().path("running").isEmpty()) {
        second = next(events);
      }
      assertEquals("node-1", second.getValue().at("/running/0/nodeName").asText());
      assertNotEquals(first.getKey(), second.getKey());
      agent.render(lease);
      Map.Entry<String, JsonNode> last = second;
      while (last.getValue().at("/job/steps/0/tasks/SUCCEEDED").asInt() == 0
          || !last.getValue().path("running").isEmpty()) {
        last = next(events);
      }
      lastId = last.getKey();
    }
    try (BufferedReader events = follow(topic, lastId)) {
      String line = events.readLine();
      while (!line.startsWith(": ")) {
        assertFalse(line.startsWith("data:"), "told again what was known: " + line);
        line = events.readLine();
      }
    }
  }

  @Test
  void thePageIsServedWithItsRulesAndUnknownFilesAreNot() throws Exception {
    HttpResponse<String> page =
        http.send(request("/", null).build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(200, page.statusCode());
    String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.contains("default-src 'none'") && !policy.contains("unsafe"), policy);
    assertFalse(page.body().contains("<script>") || page.body().contains("style="), page.body());
    String etag = page.headers().firstValue("ETag").orElseThrow();
    var again = request("/", null).header("If-None-Match", etag).build();
    assertEquals(304, http.send(again, HttpResponse.BodyHandlers.discarding()).statusCode());
    for (String script :
        page.body()
            .lines()
            .filter(line -> line.contains("=\"/web/"))
            .map(line -> line.replaceAll(".*=\"(/web/[^\"]+)\".*", "$1"))
            .toList()) {
      assertEquals(200, status(script, null), script);
    }
    for (String path : List.of("/web/", "/web/PageFiles.class", "/web/../api/x", "/web/%2e%2e/x")) {
      assertEquals(401, status(path, null), path);
      assertEquals(404, status(path, ADMIN), path);
    }
  }

  private BufferedReader follow(String path, @Nullable String lastId) throws Exception {
    HttpRequest.Builder request = request(path, ADMIN);
    if (lastId != null) {
      request.header("Last-Event-ID", lastId);
    }
    var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertEquals(200, answer.statusCode());
    assertEquals("text/event-stream", answer.headers().firstValue("Content-Type").orElse(""));
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  private static Map.Entry<String, JsonNode> next(BufferedReader events) throws IOException {
    String id = "";
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("data: ")) {
        return Map.entry(id, Wire.mapper().readTree(line.substring(6)));
      }
    }
    throw new IOException("The stream ended.");
  }

  private String token(String name, List<String> projects) {
    return admin
        .createToken(
            new Tokens.Create(
                Tokens.Kind.USER, name, Tokens.Role.VIEWER, projects, false, null, null))
        .token();
  }

  private HttpRequest.Builder request(String path, @Nullable String token) {
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + path)).timeout(Duration.ofSeconds(30));
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private int status(String path, @Nullable String token) throws Exception {
    return http.send(request(path, token).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private JsonNode json(String path, String token) throws Exception {
    return Wire.mapper()
        .readTree(
            http.send(request(path, token).build(), HttpResponse.BodyHandlers.ofString()).body());
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private static List<String> all(List<String> some, List<String> others) {
    List<String> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }
}
