package dev.stoker.controller.api;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Registration;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node with one slot that does what a test says, over real HTTP. */
final class ScriptedAgent implements AutoCloseable {
  private ControllerClient joiner;
  final String token;
  ControllerClient client;
  final String nodeId;
  long sequence;

  ScriptedAgent(URI url, @Nullable String joinToken, String name) {
    joiner = new ControllerClient(url, joinToken);
    Registration.Response response = joiner.register(registration(name));
    nodeId = response.nodeId();
    token = response.nodeToken();
    client = joiner.withToken(token);
  }

  /** Goes on with a controller that came back somewhere else. */
  void moveTo(URI url) {
    joiner.close();
    joiner = new ControllerClient(url, null);
    client = joiner.withToken(token);
  }

  static Registration.Request registration(String name) {
    return new Registration.Request(
        name,
        "0.1.0",
        1,
        1,
        List.of(new Registration.Slot("slot-0", 2, 4L << 30, 0, 0)),
        Map.of("attr.worker.os.family", List.of("linux")));
  }

  List<Leasing.Lease> lease(int tasks, long waitMillis) {
    sequence++;
    return again(tasks, waitMillis);
  }

  List<Leasing.Lease> again(int tasks, long waitMillis) {
    var wish = new Leasing.Wish("slot-0", tasks, "", "");
    return client.lease(nodeId, new Leasing.Request(sequence, List.of(wish), waitMillis)).leases();
  }

  Heartbeat.Response heartbeat(Leasing.Lease... leases) {
    return client.heartbeat(
        nodeId,
        new Heartbeat.Request(Arrays.stream(leases).map(ScriptedAgent::held).toList(), null));
  }

  private static Heartbeat.Held held(Leasing.Lease lease) {
    return new Heartbeat.Held(
        lease.leaseId(),
        lease.attempt(),
        Heartbeat.Phase.RENDERING,
        0.5,
        "Fra:1 Sample 8/16",
        9,
        9);
  }

  Commit.Manifest commit(Leasing.Lease lease) {
    return client
        .commit(lease.leaseId(), new Commit.Request(lease.attempt(), manifest(lease)))
        .manifest();
  }

  static Commit.Manifest manifest(Leasing.Lease lease) {
    return new Commit.Manifest(
        lease.fence(),
        List.of(
            new Commit.Output(
                "blob://studio/show/" + lease.taskId() + ".png",
                1_000,
                "xxh64:0123456789abcdef",
                List.of("QUJD"),
                null,
                null)));
  }

  void finish(Leasing.Lease lease, Finish.Outcome outcome) {
    finish(lease, outcome, outcome == Finish.Outcome.FAILED ? "The renderer exited with 7." : "");
  }

  void finish(Leasing.Lease lease, Finish.Outcome outcome, String message) {
    client.finish(
        lease.leaseId(),
        new Finish.Request(
            lease.attempt(),
            outcome,
            outcome == Finish.Outcome.SUCCEEDED ? 0 : 7,
            message,
            false,
            List.of(new Finish.Span("render", 1, 2)),
            10,
            20,
            30));
  }

  /** Takes a task through its whole life. */
  void render(Leasing.Lease lease) {
    heartbeat(lease);
    commit(lease);
    finish(lease, Finish.Outcome.SUCCEEDED);
  }

  @Override
  public void close() {
    joiner.close();
  }
}
