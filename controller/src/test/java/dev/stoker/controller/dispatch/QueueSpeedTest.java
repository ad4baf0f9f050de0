package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Registration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How fast the durable queue is; prints its figures. */
@Tag("nightly")
@ParameterizedClass
@EnumSource(StoreKind.class)
class QueueSpeedTest {
  @Parameter StoreKind kind;
  private static final int NODES = 256;
  private static final Duration RUN = Duration.ofSeconds(5);

  @TempDir Path folder;

  @Test
  void aMillionTasksAreAcceptedInSecondsAndLeasedByTheThousand() throws Exception {
    try (var store = kind.open(folder)) {
      Queue queue = Queue.open(store, Clocks.system(), Sharing.EQUAL);
      long start = System.nanoTime();
      String job = queue.jobs().submit(TestJobs.frames(1_000_000), "", null).jobId();
      long submitMillis = (System.nanoTime() - start) / 1_000_000;
      start = System.nanoTime();
      queue.views().tasks(job, job + "-900000", 1_000);
      long pageMillis = (System.nanoTime() - start) / 1_000_000;
      double leases = rate(queue, "lease", 1, false);
      double batched = rate(queue, "batch", 10, false);
      double lives = rate(queue, "life", 1, true);
      System.out.printf(
          kind
              + ", 1,000,000 tasks: submit %d ms, page %d ms; %d nodes: %.0f leases/s one by one,"
              + " %.0f in tens, %.0f whole lives/s (lease, commit, finish), all durable%n",
          submitMillis,
          pageMillis,
          NODES,
          leases,
          batched,
          lives);
      assertEquals(1_000_000, queue.views().get(job).steps().getFirst().total());
      assertTrue(submitMillis < 5_000);
    }
  }

  private static double rate(Queue queue, String prefix, int batch, boolean whole)
      throws Exception {
    List<Callable<Long>> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      var slot = new Registration.Slot("s", 4, 1L << 30, 0, 0);
      String id =
          queue
              .nodes()
              .register(
                  new Registration.Request(prefix + i, "1", 1, 1, List.of(slot), Map.of()), null)
              .nodeId();
      nodes.add(() -> drive(queue, id, batch, whole));
    }
    long start = System.nanoTime();
    long leases = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Long> each : threads.invokeAll(nodes, 60, TimeUnit.SECONDS)) {
        leases += each.get();
      }
    }
    return leases * 1e9 / (System.nanoTime() - start);
  }

  private static long drive(Queue queue, String node, int batch, boolean whole) throws Exception {
    long end = System.nanoTime() + RUN.toNanos();
    long count = 0;
    for (long sequence = 1; System.nanoTime() < end; sequence++) {
      var wish = new Leasing.Wish("s", batch, "", "");
      var request = new Leasing.Request(sequence, List.of(wish), 1_000);
      for (Lease lease : Polls.lease(queue, node, request)) {
        count++;
        if (whole) {
          render(queue, lease);
        }
      }
    }
    return count;
  }

  private static void render(Queue queue, Lease lease) {
    var output =
        new Commit.Output("blob://a/b/" + lease.taskId(), 1, "x", List.of("QQ=="), null, null);
    var manifest = new Commit.Manifest(lease.fence(), List.of(output));
    queue.leases().commit(null, lease.leaseId(), new Commit.Request(lease.attempt(), manifest));
    queue
        .leases()
        .finish(
            null,
            lease.leaseId(),
            new Finish.Request(
                lease.attempt(), Outcome.SUCCEEDED, 0, "", false, List.of(), 0, 0, 0));
  }
}
