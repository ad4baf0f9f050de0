package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Heartbeat.Phase;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.store.QueueStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What waits behind a long task goes to a slot that is empty. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class TakeBackTest {
  @Parameter StoreKind kind;
  @TempDir Path folder;

  private TimedQueue timed;
  private QueueStore store;
  private Queue queue;
  private String job;
  private String busy;
  private Lease first;
  private Lease second;

  @BeforeEach
  void aNodeHoldsOneTaskAndOneAhead() throws Exception {
    timed = new TimedQueue(kind, folder);
    store = timed.store;
    queue = timed.queue;
    job = queue.jobs().submit(TestJobs.frames(2), "", null).jobId();
    busy = node("busy");
    List<Lease> both = Polls.lease(queue, busy, asking(1, 2, 0));
    first = both.getFirst();
    second = both.getLast();
  }

  @AfterEach
  void close() {
    timed.close();
  }

  @Test
  void whatWaitsBehindALongTaskIsHandedToAnEmptySlotAtNoCost() throws Exception {
    assertFalse(isAsked(0.1, Phase.FETCHING));
    Parked<Leasing.Response> waiting = waits(node("idle"));
    queue.takeBack();
    assertFalse(isAsked(0.1, Phase.FETCHING), "it waited for a moment only");
    pass();
    queue.takeBack();
    assertEquals(true, isAsked(0.2, Phase.FETCHING));
    finish(second, Finish.Outcome.RETURNED);
    waiting.ready().get(20, TimeUnit.SECONDS);
    Lease moved = waiting.answer().call().leases().getFirst();
    assertEquals(second.taskId(), moved.taskId());
    Jobs.Task task = queue.views().tasks(job, null, 2).tasks().getLast();
    assertEquals(2, task.attempts().size());
    assertEquals(Finish.Outcome.RETURNED, task.attempts().getFirst().outcome());
    pass();
    queue.takeBack();
    var only = List.of(held(first, Phase.RENDERING, 0.3));
    assertEquals(
        List.of(false),
        queue.nodes().heartbeat(busy, new Heartbeat.Request(only, null)).leases().stream()
            .map(Heartbeat.Answer::handBack)
            .toList());
  }

  @Test
  void whatBeganMeanwhileStaysWhereItIs() throws Exception {
    isAsked(0.1, Phase.FETCHING);
    waits(node("idle"));
    pass();
    queue.takeBack();
    assertFalse(isAsked(0.1, Phase.RENDERING));
  }

  @Test
  void nothingIsAskedForWithoutAnEmptySlotThatFits() throws Exception {
    isAsked(0.1, Phase.FETCHING);
    pass();
    queue.takeBack();
    assertFalse(isAsked(0.1, Phase.FETCHING), "nobody is idle");
    String other = node("drained");
    queue.nodes().setDraining(other, true);
    waits(other);
    queue.takeBack();
    assertFalse(isAsked(0.1, Phase.FETCHING), "who is idle takes no work");
  }

  @Test
  void whatComesNextAnywayIsLeftAlone() throws Exception {
    isAsked(0.95, Phase.FETCHING);
    waits(node("idle"));
    pass();
    queue.takeBack();
    assertFalse(isAsked(0.95, Phase.FETCHING));
  }

  /** A request that a round has looked at and left waiting. */
  private Parked<Leasing.Response> waits(String node) throws Exception {
    Parked<Leasing.Response> waiting = queue.nodes().lease(node, asking(1, 1, 20_000));
    // Changes are answered in their order, so the round before this one is over.
    store.write((rows, events) -> true).get(20, TimeUnit.SECONDS);
    assertFalse(waiting.ready().isDone());
    return waiting;
  }

  private void pass() {
    timed.pass(TakeBack.BEHIND_FOR);
  }

  /** Whether the node is asked for its second lease; never for the first. */
  private boolean isAsked(double firstFraction, Phase secondPhase) {
    var request =
        new Heartbeat.Request(
            List.of(held(first, Phase.RENDERING, firstFraction), held(second, secondPhase, -1)),
            null);
    List<Heartbeat.Answer> answers = queue.nodes().heartbeat(busy, request).leases();
    assertFalse(answers.getFirst().handBack());
    assertEquals(Heartbeat.Action.EXTEND, answers.getLast().action());
    return answers.getLast().handBack();
  }

  private static Heartbeat.Held held(Lease lease, Phase phase, double fraction) {
    return new Heartbeat.Held(lease.leaseId(), lease.attempt(), phase, fraction, "", 0, 0);
  }

  private void finish(Lease lease, Finish.Outcome outcome) {
    var report = new Finish.Request(lease.attempt(), outcome, -1, "", false, List.of(), 0, 0, 0);
    queue.leases().finish(busy, lease.leaseId(), report);
  }

  private static Leasing.Request asking(long sequence, int tasks, long waitMillis) {
    return new Leasing.Request(
        sequence, List.of(new Leasing.Wish("s0", tasks, "", "")), waitMillis);
  }

  private String node(String name) {
    var slot = new Registration.Slot("s0", 4, 8L << 30, 0, 0);
    return queue
        .nodes()
        .register(new Registration.Request(name, "1", 1, 1, List.of(slot), Map.of()), null)
        .nodeId();
  }
}
