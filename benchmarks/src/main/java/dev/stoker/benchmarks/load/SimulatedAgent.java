package dev.stoker.benchmarks.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Registration;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A node of one slot that speaks the real protocol and renders by waiting. Its two loops, work and
 * heartbeat, are run by threads of the caller's.
 */
final class SimulatedAgent {
  private static final long POLL_MILLIS = 20_000;
  private static final long PAUSE_MILLIS = 500;

  private final URI url;
  private final String name;
  private final LoadPlan plan;
  private final Measured measured;
  private final CountDownLatch ending;
  private final Random random;
  private final Map<String, Integer> held = new ConcurrentHashMap<>();
  private volatile @Nullable Identity identity;

  private record Identity(String nodeId, String token) {}

  /**
   * @param ending released when the agents are to end
   */
  SimulatedAgent(URI url, int number, LoadPlan plan, Measured measured, CountDownLatch ending) {
    this.url = url;
    name = "simulated-" + number;
    this.plan = plan;
    this.measured = measured;
    this.ending = ending;
    random = new Random(number);
  }

  void register() throws IOException {
    var slot = new Registration.Slot("slot-0", 4, 8L << 30, 0, 0);
    var request =
        new Registration.Request(
            name,
            "0.1.0",
            Protocol.OLDEST,
            Protocol.NEWEST,
            List.of(slot),
            Map.of("attr.worker.os.family", List.of("linux")));
    try (var connection = new WireConnection(url)) {
      JsonNode answer = connection.post("/v1/nodes", null, request);
      identity = new Identity(answer.path("nodeId").asText(), answer.path("nodeToken").asText());
    }
  }

  /** Asks for work and does it until the end. */
  void work() {
    Identity me = identity();
    try (var connection = new WireConnection(url)) {
      long sequence = 1;
      // As a fleet that was there before: not all of it asks in the same second.
      boolean over = plan.works() && ending.await(random.nextLong(taskMillis()), MILLIS);
      while (!over && ending.getCount() > 0) {
        try {
          sequence = leaseAndWork(connection, me, sequence);
        } catch (IOException e) {
          measured.failed();
          over = ending.await(PAUSE_MILLIS, MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final TimeUnit MILLIS = TimeUnit.MILLISECONDS;

  private long leaseAndWork(WireConnection connection, Identity me, long sequence)
      throws IOException, InterruptedException {
    var wish = new Leasing.Wish("slot-0", plan.tasksACall(), "", "");
    var request = new Leasing.Request(sequence, List.of(wish), POLL_MILLIS);
    long start = System.nanoTime();
    JsonNode leases =
        connection.post("/v1/nodes/" + me.nodeId() + "/lease", me.token(), request).path("leases");
    if (!leases.isEmpty()) {
      measured.leased(start, leases.size());
    }
    for (JsonNode lease : leases) {
      if (plan.works()) {
        render(connection, me, lease);
      }
    }
    return sequence + 1;
  }

  private void render(WireConnection connection, Identity me, JsonNode lease)
      throws IOException, InterruptedException {
    String id = lease.path("leaseId").asText();
    int attempt = lease.path("attempt").asInt();
    held.put(id, attempt);
    try {
      if (ending.await(taskMillis() / 2 + random.nextLong(taskMillis()), MILLIS)) {
        return;
      }
      var log = new LogChunk(attempt, 0, "Fra:1 Mem:100M | Sample 16/16\nSaved: frame.png\n");
      connection.post("/v1/leases/" + id + "/log", me.token(), log);
      connection.post("/v1/leases/" + id + "/commit", me.token(), commit(lease, attempt));
      var report =
          new Finish.Request(
              attempt,
              Finish.Outcome.SUCCEEDED,
              0,
              "",
              false,
              List.of(new Finish.Span("render", 1, 2)),
              1,
              2,
              3);
      connection.post("/v1/leases/" + id + "/finish", me.token(), report);
      measured.finished();
    } finally {
      held.remove(id);
    }
  }

  private static Commit.Request commit(JsonNode lease, int attempt) {
    String task = lease.path("taskId").asText();
    var output =
        new Commit.Output(
            "blob://studio/frames/" + task + ".exr",
            1 << 20,
            "xxh64:0123456789abcdef",
            List.of("QUJDREVGR0g="),
            null,
            null);
    return new Commit.Request(
        attempt, new Commit.Manifest(lease.path("fence").asText(), List.of(output)));
  }

  /** Reports held leases every 5 s until the end. */
  void beat() {
    Identity me = identity();
    long every = Protocol.HEARTBEAT_EVERY.toMillis();
    try (var connection = new WireConnection(url)) {
      boolean over = ending.await(random.nextLong(every), MILLIS);
      while (!over) {
        List<Heartbeat.Held> leases = new ArrayList<>();
        held.forEach(
            (id, attempt) ->
                leases.add(
                    new Heartbeat.Held(
                        id,
                        attempt,
                        Heartbeat.Phase.RENDERING,
                        random.nextDouble(),
                        "Sample 8/16",
                        9,
                        9)));
        long start = System.nanoTime();
        try {
          connection.post(
              "/v1/nodes/" + me.nodeId() + "/heartbeat",
              me.token(),
              new Heartbeat.Request(leases, null));
          measured.heard(start);
        } catch (IOException e) {
          measured.failed();
        }
        over = ending.await(every, MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long taskMillis() {
    return Math.max(2, plan.taskTime().toMillis());
  }

  private Identity identity() {
    Identity known = identity;
    if (known == null) {
      throw new IllegalStateException(name + " is not registered.");
    }
    return known;
  }
}
