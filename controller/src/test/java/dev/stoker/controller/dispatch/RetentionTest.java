package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.store.QueueStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What stays of jobs that ended long ago. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class RetentionTest {
  private static final Duration KEEP = Duration.ofDays(30);

  @Parameter StoreKind kind;
  @TempDir Path folder;

  private TimedQueue timed;
  private QueueStore store;
  private Queue queue;
  private String node;
  private long sequence;

  @BeforeEach
  void open() {
    timed = new TimedQueue(kind, folder);
    store = timed.store;
    queue = timed.queue;
    node = register("n");
  }

  @AfterEach
  void close() {
    timed.close();
  }

  @Test
  void aJobThatEndedLongAgoKeepsItsSummaryAndNothingElse() throws Exception {
    String old = submit(3);
    renderAll();
    String failed = submit(2);
    queue.jobs().cancel(failed);
    timed.pass(KEEP.dividedBy(2));
    String recent = submit(1);
    renderAll();
    String open = submit(2);
    Jobs.Summary before = queue.views().get(old);
    assertEquals(0, archive());
    timed.pass(KEEP.dividedBy(2).plusMillis(1));
    assertEquals(2, archive());
    assertEquals(0, archive());

    Jobs.Summary after = queue.views().get(old);
    assertTrue(after.archived());
    assertFalse(before.archived());
    assertEquals(before.steps(), after.steps());
    assertEquals(before.endedMillis(), after.endedMillis());
    assertEquals(Jobs.State.SUCCEEDED, before.state());
    assertEquals(4, queue.views().newest(Set.of(), 10).jobs().size());
    for (String name : List.of(old, failed)) {
      assertArchived(() -> queue.views().tasks(name, null, 10));
      assertArchived(() -> queue.views().outputs(name, null, 10));
      assertArchived(() -> queue.views().log(name, name + "-0", 0, 0));
      assertArchived(() -> queue.views().why(name, name + "-0"));
      assertArchived(() -> queue.views().definition(name));
      assertArchived(() -> queue.progress().grid(name, 0, 10));
      assertArchived(() -> queue.progress().map(name, 10));
      assertArchived(() -> queue.progress().failed(name, 0, 10));
      assertArchived(() -> queue.progress().task(name, name + "-0"));
      assertArchived(() -> queue.progress().thumbnail(name, name + "-0", 0));
      assertArchived(() -> queue.progress().cost(name));
      assertTrue(queue.progress().now(name).job().archived());
      assertArchived(() -> queue.jobs().retry(name, new Jobs.Retry(List.of())));
    }
    Parked<Jobs.Update> watched = queue.views().watch(old, 0, Duration.ZERO);
    assertEquals(after, watched.answer().call().job());
    assertEquals(0, store.read(rows -> rows.leases().ofTasks(number(old), 0, 9)).size());
    assertEquals(0, store.read(rows -> rows.tasks().between(number(old), 0, 9, 9)).size());
    assertEquals(0, store.read(rows -> rows.manifests().published(number(old), 0, 9)).size());

    assertEquals(1, queue.views().tasks(recent, null, 10).tasks().size());
    assertEquals(1, queue.views().outputs(recent, null, 10).outputs().size());
    assertEquals(2, queue.views().tasks(open, null, 10).tasks().size());
  }

  @Test
  void aJobIsKeptWhileSomebodyHoldsAnythingOfIt() throws Exception {
    String job = submit(2);
    Lease lease = lease().getFirst();
    commit(lease);
    queue.jobs().cancel(job);
    timed.pass(KEEP.multipliedBy(2));
    assertEquals(0, archive());
    finish(lease);
    assertEquals(1, archive());
  }

  @Test
  void aNodeThatWasAwayForLongIsForgottenUnlessItIsDrainedOrAKeptJobKnowsIt() throws Exception {
    String job = submit(1);
    renderAll();
    String drained = register("drained");
    queue.nodes().setDraining(drained, true);
    register("idle");
    timed.pass(KEEP.minusSeconds(1));
    String late = submit(1);
    renderAll();
    timed.pass(Queue.NODE_TOKEN_LIFE.plusSeconds(2));
    assertEquals(1, archive());
    assertEquals(List.of("drained", "n"), names(), "the late job was rendered by n");
    assertThrows(Refusal.class, () -> queue.views().definition(job));
    queue.views().definition(late);
    timed.pass(KEEP);
    assertEquals(1, archive());
    assertEquals(List.of("drained"), names());
    var wish = new Leasing.Request(sequence + 1, List.of(), 0);
    assertThrows(Refusal.class, () -> queue.nodes().lease(node, wish));
    node = register("n");
    assertEquals(List.of("drained", "n"), names());
  }

  @Test
  void whatWasBegunIsEndedByTheNextTime() throws Exception {
    String old = submit(3);
    renderAll();
    timed.pass(KEEP.multipliedBy(2));
    assertEquals(1, queue.archive(KEEP, () -> false));
    assertEquals(3, store.read(rows -> rows.leases().ofTasks(number(old), 0, 9)).size());
    assertTrue(queue.views().get(old).archived());
    assertEquals(0, archive());
    assertEquals(0, store.read(rows -> rows.leases().ofTasks(number(old), 0, 9)).size());
  }

  private int archive() {
    return queue.archive(KEEP, () -> true);
  }

  private List<String> names() {
    return queue.nodes().list().nodes().stream().map(each -> each.name()).toList();
  }

  private String register(String name) {
    var slot = new Registration.Slot("s", 4, 1L << 30, 0, 0);
    return queue
        .nodes()
        .register(new Registration.Request(name, "1", 1, 1, List.of(slot), Map.of()), null)
        .nodeId();
  }

  private void assertArchived(Executable call) {
    var refusal = assertThrows(Refusal.class, call);
    assertTrue(refusal.getMessage().contains("archived"), refusal.getMessage());
  }

  private long number(String job) {
    return store.read(rows -> rows.jobs().find(job).orElseThrow().number());
  }

  private String submit(int frames) {
    return queue.jobs().submit(TestJobs.frames(frames), "", null).jobId();
  }

  private List<Lease> lease() throws Exception {
    sequence++;
    var wish = new Leasing.Wish("s", 1, "", "");
    return Polls.lease(queue, node, new Leasing.Request(sequence, List.of(wish), 0));
  }

  private void renderAll() throws Exception {
    for (List<Lease> leases = lease(); !leases.isEmpty(); leases = lease()) {
      Lease lease = leases.getFirst();
      queue.leases().log(null, lease.leaseId(), new LogChunk(lease.attempt(), 0, "Fra:1\n"));
      commit(lease);
      finish(lease);
    }
  }

  private void commit(Lease lease) {
    var output = new Commit.Output("blob://a/b/" + lease.taskId(), 1, "x", List.of(), null, null);
    var manifest = new Commit.Manifest(lease.fence(), List.of(output));
    queue.leases().commit(null, lease.leaseId(), new Commit.Request(lease.attempt(), manifest));
  }

  private void finish(Lease lease) {
    queue
        .leases()
        .finish(
            null,
            lease.leaseId(),
            new Finish.Request(
                lease.attempt(), Finish.Outcome.SUCCEEDED, 0, "", false, List.of(), 0, 0, 0));
  }
}
