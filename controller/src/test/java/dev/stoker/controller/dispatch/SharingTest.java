package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.store.QueueStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Who gets the next slot, and why a task gets none. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class SharingTest {
  @Parameter StoreKind kind;
  @TempDir Path folder;

  private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);
  private final Clocks clocks =
      new Clocks(() -> Instant.ofEpochMilli(millis.get()), () -> millis.get() * 1_000_000);
  private final Map<String, Long> sequences = new HashMap<>();
  private QueueStore store;
  private Queue queue;

  private void open(Sharing sharing) {
    store = kind.open(folder);
    queue = Queue.open(store, clocks, sharing);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void projectsGetSlotsByTheirWeightsAndNeverMoreThanTheirCap() throws Exception {
    open(
        new Sharing(
            Map.of("big", new Sharing.Share(3, 0), "capped", new Sharing.Share(9, 2)),
            Map.of(),
            0));
    submit("small", "ann", 100, 100);
    submit("big", "bob", 0, 100);
    submit("capped", "cid", 50, 100);
    String node = node("n", 1);
    Map<String, Integer> got = count(lease(node, 42));
    assertEquals(Map.of("small", 10, "big", 30, "capped", 2), got);
  }

  @Test
  void peopleOfAProjectTakeTurnsAndPriorityComesFirst() throws Exception {
    open(Sharing.EQUAL);
    String first = submit("p", "ann", 50, 10);
    String second = submit("p", "ann", 50, 10);
    String other = submit("p", "bob", 50, 10);
    String urgent = submit("p", "cid", 80, 2);
    List<String> jobs = lease(node("n", 1), 6).stream().map(Lease::jobId).toList();
    assertEquals(List.of(urgent, urgent, first, other, first, other), jobs);
    assertEquals(0, queue.views().get(second).steps().getFirst().in(Jobs.TaskState.LEASED));
  }

  @Test
  void aLimitHoldsForAllAndOnEachHostAndFreesWhatWaits() throws Exception {
    open(new Sharing(Map.of(), Map.of("nuke", new Sharing.Limit(3, 2)), 0));
    String job = queue.jobs().submit(asking("amount.nuke", 1, 9), "", null).jobId();
    String one = node("one", 4);
    String two = node("two", 4);
    List<Lease> first = lease(one, 4);
    assertEquals(2, first.size(), "two on a host");
    assertEquals(1, lease(two, 4).size(), "three in all");
    List<String> why = queue.views().why(job, job + "-8").reasons();
    assertTrue(why.contains("None of the 2 registered nodes can take it:"), why.toString());
    assertTrue(why.contains("2 × Limit nuke has 3 of 3 in use, and it needs 1."), why.toString());
    succeed(one, first.getFirst());
    assertEquals(1, lease(two, 4).size(), "a token came back");
  }

  @Test
  void whatCouldNeverStartIsRefusedByName() {
    open(new Sharing(Map.of(), Map.of("nuke", new Sharing.Limit(3, 2)), 0));
    for (String amount : List.of("amount.houdini", "amount.worker.teapots")) {
      var refusal =
          assertThrows(Refusal.class, () -> queue.jobs().submit(asking(amount, 1, 1), "", null));
      assertTrue(refusal.getMessage().contains(amount), refusal.getMessage());
    }
    var refusal =
        assertThrows(
            Refusal.class, () -> queue.jobs().submit(asking("amount.nuke", 3, 1), "", null));
    assertEquals(
        "Step Render asks for 3 of limit nuke, which has 2; a task of it could never start.",
        refusal.getMessage());
  }

  @Test
  void aTaskThatKeepsFailingWaitsLongerEachTime() throws Exception {
    open(Sharing.EQUAL);
    String job = submit("p", "", 50, 1);
    String node = node("n", 1);
    fail(lease(node, 1).getFirst());
    fail(lease(node, 1).getFirst());
    assertEquals(List.of(), lease(node, 1));
    List<String> why = queue.views().why(job, job + "-0").reasons();
    assertTrue(why.getFirst().startsWith("It failed 2 times and is tried again"), why.toString());
    millis.addAndGet(1_000);
    queue.wake();
    assertEquals(3, lease(node, 1).getFirst().attempt());
  }

  @Test
  void aJobOfWhichTooMuchFailsIsSuspendedUntilSomebodyResumesIt() throws Exception {
    open(new Sharing(Map.of(), Map.of(), 2));
    String job = submit("p", "", 50, 9);
    String node = node("n", 1);
    lease(node, 2).forEach(this::fail);
    Jobs.Summary summary = queue.views().get(job);
    assertEquals(Jobs.State.SUSPENDED, summary.state());
    assertEquals(
        "2 attempts failed, so it was suspended; look at them and resume it. The last said: why",
        summary.message());
    assertEquals(List.of(), lease(node, 1));
    queue.jobs().resume(job);
    assertEquals(1, lease(node, 1).size());
  }

  @Test
  void whyNamesWhatEachNodeLacksAndWhichStepComesFirst() throws Exception {
    open(Sharing.EQUAL);
    String sim = queue.jobs().submit(TestJobs.onGpu(), "", null).jobId();
    assertEquals(List.of("No node is registered."), queue.views().why(sim, sim + "-0").reasons());
    String node = node("n", 1);
    assertEquals(
        List.of(
            "None of the 1 registered nodes can take it:",
            "1 × Its largest slot offers amount.worker.gpu 0, and the step needs 1."),
        queue.views().why(sim, sim + "-0").reasons());
    String encode = queue.jobs().submit(TestJobs.framesThenEncode(), "", null).jobId();
    assertEquals(
        "Step Render comes first: 0 of its 2 tasks succeeded.",
        queue.views().why(encode, encode + "-0").reasons().getFirst());
    lease(node, 1);
    assertEquals(
        List.of("Every node that can take it is busy (1 of them)."),
        queue.views().why(encode, encode + "-2").reasons());
    queue.nodes().setDraining(node, true);
    assertTrue(
        queue.views().why(encode, encode + "-2").reasons().contains("1 × The node is drained."));
  }

  @Test
  void aTaskIsStartedInAnEmptySlotBeforeItWaitsInABusyOne() throws Exception {
    open(Sharing.EQUAL);
    String busy = node("busy", 2);
    String idle = node("idle", 1);
    submit("p", "ann", 50, 1);
    assertEquals(1, lease(busy, 1).size());
    List<Leasing.Wish> wishes =
        List.of(new Leasing.Wish("s0", 1, "", ""), new Leasing.Wish("s1", 1, "", ""));
    submit("p", "ann", 50, 1);
    List<Lease> own =
        Polls.lease(
            queue, busy, new Leasing.Request(sequences.merge(busy, 1L, Long::sum), wishes, 0));
    assertEquals(List.of("s1"), own.stream().map(Lease::slotId).toList());

    // Both wait when the next task comes, the one that would only keep it for longer.
    var ahead = new Leasing.Request(sequences.merge(busy, 1L, Long::sum), wishes, 20_000);
    Parked<Leasing.Response> first = queue.nodes().lease(busy, ahead);
    var start =
        new Leasing.Request(
            sequences.merge(idle, 1L, Long::sum),
            List.of(new Leasing.Wish("s0", 1, "", "")),
            20_000);
    Parked<Leasing.Response> second = queue.nodes().lease(idle, start);
    submit("p", "ann", 50, 1);
    second.ready().handle((ready, failure) -> true).get(20, TimeUnit.SECONDS);
    assertEquals(1, second.answer().call().leases().size());
    submit("p", "ann", 50, 1);
    first.ready().handle((ready, failure) -> true).get(20, TimeUnit.SECONDS);
    assertEquals(1, first.answer().call().leases().size(), "where nobody else can, it waits there");
  }

  private String submit(String project, String user, int priority, long frames) {
    Jobs.Definition d = TestJobs.frames(frames);
    var definition =
        new Jobs.Definition(
            d.template(),
            d.environments(),
            d.parameters(),
            d.templateFolder(),
            d.locations(),
            project,
            priority,
            5);
    return queue.jobs().submit(definition, user, null).jobId();
  }

  private static Jobs.Definition asking(String amount, int count, int frames) {
    return TestJobs.of(
        """
        {"specificationVersion": "jobtemplate-2023-09", "name": "Comp",
         "steps": [{"name": "Render",
           "parameterSpace": {"taskParameterDefinitions":
             [{"name": "Frame", "type": "INT", "range": "1-%d"}]},
           "hostRequirements": {"amounts": [{"name": "%s", "min": %d}]},
           "script": {"actions": {"onRun": {"command": "nuke"}}}}]}
        """
            .formatted(frames, amount, count));
  }

  private String node(String name, int slots) {
    List<Registration.Slot> all = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      all.add(new Registration.Slot("s" + i, 4, 1L << 30, 0, 0));
    }
    return queue
        .nodes()
        .register(new Registration.Request(name, "1", 1, 1, all, Map.of()), null)
        .nodeId();
  }

  private List<Lease> lease(String node, int tasks) throws Exception {
    long sequence = sequences.merge(node, 1L, Long::sum);
    var wish = new Leasing.Wish("s0", tasks, "", "");
    return Polls.lease(queue, node, new Leasing.Request(sequence, List.of(wish), 0));
  }

  private Map<String, Integer> count(List<Lease> leases) {
    Map<String, Integer> byProject = new HashMap<>();
    leases.forEach(
        lease -> byProject.merge(queue.views().get(lease.jobId()).project(), 1, Integer::sum));
    return byProject;
  }

  private void fail(Lease lease) {
    finish(lease, Outcome.FAILED);
  }

  private void succeed(String node, Lease lease) {
    var manifest = new Commit.Manifest(lease.fence(), List.of());
    queue.leases().commit(node, lease.leaseId(), new Commit.Request(lease.attempt(), manifest));
    finish(lease, Outcome.SUCCEEDED);
  }

  private void finish(Lease lease, Outcome outcome) {
    queue
        .leases()
        .finish(
            null,
            lease.leaseId(),
            new Finish.Request(lease.attempt(), outcome, 1, "why", false, List.of(), 0, 0, 0));
  }
}
