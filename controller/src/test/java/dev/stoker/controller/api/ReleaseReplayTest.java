package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Wire;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What agents and tools of earlier releases send is answered as they know it. A recording is made
 * with {@code -Dstoker.record=FILE} when a release is made, kept in {@code releases}, and never
 * changed.
 */
@ParameterizedClass
@EnumSource(StoreKind.class)
class ReleaseReplayTest {
  private static final List<String> RELEASES = List.of("0.1.0");

  @Parameter StoreKind kind;
  @TempDir Path folder;

  @Test
  void everyRecordedCallIsAnsweredWithWhatItsReleaseReads() throws Exception {
    for (String release : RELEASES) {
      Path data = Files.createDirectory(folder.resolve(release));
      try (ControllerServer server = ControllerServer.start(kind.settings(data));
          HttpClient http = HttpClient.newHttpClient()) {
        // What a controller makes up is another each time: names by recorded name.
        Map<String, String> names = new LinkedHashMap<>();
        List<String> faults = new ArrayList<>();
        for (String line : recording(release)) {
          JsonNode call = Wire.mapper().readTree(renamed(line, names));
          JsonNode recorded = Wire.mapper().readTree(line);
          HttpResponse<String> answer = send(http, server.url(), call);
          String what = call.path("method").asText() + " " + call.path("path").asText();
          assertEquals(
              call.path("status").asInt(), answer.statusCode(), what + ": " + answer.body());
          compare(
              what, recorded.path("answer"), Wire.mapper().readTree(answer.body()), names, faults);
        }
        assertEquals(List.of(), faults, "release " + release);
        assertFalse(names.isEmpty());
      }
    }
  }

  private static List<String> recording(String release) throws Exception {
    try (InputStream in =
        Objects.requireNonNull(
            ReleaseReplayTest.class.getResourceAsStream("releases/" + release + ".jsonl"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static String renamed(String line, Map<String, String> names) {
    String text = line;
    for (Map.Entry<String, String> name : names.entrySet()) {
      text = text.replace(name.getKey(), name.getValue());
    }
    return text;
  }

  /** What the release reads must be there and of its kind; what is new, it does not look at. */
  private static void compare(
      String at, JsonNode recorded, JsonNode now, Map<String, String> names, List<String> faults) {
    if (recorded.getNodeType() != now.getNodeType()) {
      faults.add(at + " was " + recorded + " and is " + now);
      return;
    }
    if (recorded.isTextual() && !recorded.equals(now)) {
      boolean isName = at.matches(".*(Id|Token|fence|\\.id)$");
      if (isName) {
        names.put(recorded.asText(), now.asText());
      }
    }
    if (recorded.isArray() && recorded.size() != now.size()) {
      faults.add(at + " had " + recorded.size() + " and has " + now.size());
    }
    for (Map.Entry<String, JsonNode> field : recorded.properties()) {
      compare(at + "." + field.getKey(), field.getValue(), now.path(field.getKey()), names, faults);
    }
    for (int i = 0; i < Math.min(recorded.isArray() ? recorded.size() : 0, now.size()); i++) {
      compare(at + "[" + i + "]", recorded.get(i), now.get(i), names, faults);
    }
  }

  private static HttpResponse<String> send(HttpClient http, URI url, JsonNode call)
      throws Exception {
    JsonNode body = call.path("body");
    var request =
        HttpRequest.newBuilder(URI.create(url + call.path("path").asText()))
            .method(
                call.path("method").asText(),
                body.isMissingNode()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.toString()));
    for (String name : List.of("Content-Type", "Idempotency-Key")) {
      if (call.has(name)) {
        request.header(name, call.path(name).asText());
      }
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  @EnabledIfSystemProperty(named = "stoker.record", matches = ".+")
  void aReleaseIsRecorded() throws Exception {
    try (ControllerServer server = ControllerServer.start(kind.settings(folder));
        Recorder recorder = new Recorder(server.url());
        var user = new ControllerClient(recorder.url(), null);
        var agent = new ScriptedAgent(recorder.url(), null, "node-1")) {
      converse(user, agent, recorder.url());
      Files.write(Path.of(System.getProperty("stoker.record")), recorder.lines());
    }
  }

  /** Every call that agents and tools make, one after the other. */
  private static void converse(ControllerClient user, ScriptedAgent agent, URI url)
      throws Exception {
    user.me();
    String job = user.submit(TestJobs.frames(4), "key-1").jobId();
    user.submit(TestJobs.frames(4), "key-1");
    user.jobs();
    user.job(job);
    user.definition(job);
    List<Leasing.Lease> leases = agent.lease(2, 5_000);
    agent.again(2, 5_000);
    agent.heartbeat(leases.get(0), leases.get(1));
    user.watch(job, 0);
    user.nodes();
    agent.client.log(leases.get(0).leaseId(), new LogChunk(1, 0, "Fra:1 Mem:8M\n"));
    end(agent, leases.get(0));
    agent.finish(leases.get(1), Finish.Outcome.FAILED);
    user.tasks(job, null, 10);
    user.readLog(job, leases.get(0).taskId(), 0, 0);
    user.outputs(job, null, 10);
    user.why(job, job + "-3");
    user.setPriority(job, 60);
    user.suspend(job);
    user.resume(job);
    user.drain(agent.nodeId);
    user.resumeNode(agent.nodeId);
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (String path :
          List.of(
              "/v1/session",
              "/v1/overview",
              "/v1/fleet",
              "/v1/nodes/" + agent.nodeId,
              "/v1/jobs/" + job + "/grid",
              "/v1/jobs/" + job + "/map",
              "/v1/jobs/" + job + "/cost",
              "/v1/jobs/" + job + "/failed",
              "/v1/jobs/" + job + "/tasks/" + job + "-0",
              "/healthz")) {
        http.send(
            HttpRequest.newBuilder(url.resolve(path)).build(),
            HttpResponse.BodyHandlers.discarding());
      }
    }
    user.cancel(job);
    user.retry(job, new Jobs.Retry(List.of()));
    List<Leasing.Lease> again = agent.lease(3, 5_000);
    agent.heartbeat(again.toArray(Leasing.Lease[]::new));
    again.forEach(lease -> end(agent, lease));
    assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
  }

  private static void end(ScriptedAgent agent, Leasing.Lease lease) {
    agent.commit(lease);
    agent.finish(lease, Finish.Outcome.SUCCEEDED);
  }
}
