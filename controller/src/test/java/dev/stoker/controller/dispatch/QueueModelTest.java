package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.store.QueueStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nodes that do what they please, against a controller that restarts at random: what it answers is
 * held against what invariants 1 and 2 allow. A run is repeated with {@code -Dstoker.test.seed=}.
 */
@ParameterizedClass
@EnumSource(StoreKind.class)
class QueueModelTest {
  @Parameter StoreKind kind;
  private static final int TASKS = 8;
  private static final List<Outcome> OUTCOMES = List.of(Outcome.values());

  @TempDir Path folder;

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong wallMillis = new AtomicLong(1_700_000_000_000L);
  private final Clocks clocks =
      new Clocks(() -> Instant.ofEpochMilli(wallMillis.get()), nanos::get);
  private final long seed = Long.getLong("stoker.test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  private QueueStore store;
  private Queue queue;
  private String job;

  // What the model knows.
  private final List<Agent> agents = new ArrayList<>();
  private final Map<String, Lease> everLeased = new HashMap<>();
  private final Map<String, Agent> holders = new HashMap<>();
  private final Map<String, Integer> latestAttempt = new HashMap<>();
  private final Map<String, Commit.Manifest> granted = new HashMap<>();
  private final Set<String> succeeded = new HashSet<>();
  private int grants;
  private int refusals;
  private int recoveries;
  private int restarts;

  private static final class Agent {
    final String nodeId;
    final Map<String, Lease> held = new HashMap<>();
    long sequence;

    Agent(String nodeId) {
      this.nodeId = nodeId;
    }
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }

  @RepeatedTest(3)
  void noHistoryOfCallsBreaksOneCommitOrLosesATask() throws Exception {
    System.out.println("QueueModelTest seed " + seed);
    open();
    job = queue.jobs().submit(TestJobs.frames(TASKS), "", null).jobId();
    for (int i = 0; i < 3; i++) {
      agents.add(new Agent(register("node-" + i)));
    }
    for (int i = 0; i < operations(); i++) {
      operate();
      if (i % 50 == 0) {
        checkCounts();
      }
    }
    finishEverything();
    System.out.printf(
        "QueueModelTest: %d grants, %d refused, %d recoveries, %d restarts%n",
        grants, refusals, recoveries, restarts);
    assertTrue(grants > TASKS && recoveries > 0 && restarts > 0, "the run tried too little");
  }

  /** Opening a database takes tenths of a second, and one operation in fifty restarts. */
  private int operations() {
    return kind == StoreKind.SQLITE ? 1_500 : 500;
  }

  private void operate() throws Exception {
    Agent agent = agents.get(random.nextInt(agents.size()));
    int dice = random.nextInt(100);
    if (dice < 22) {
      lease(agent, 1 + random.nextInt(2));
    } else if (dice < 25) {
      agent.held.keySet().removeIf(lease -> random.nextBoolean());
    } else if (dice < 45) {
      heartbeat(agent);
    } else if (dice < 65) {
      commit();
    } else if (dice < 85) {
      finish();
    } else if (dice < 92) {
      pass(random.nextLong(Protocol.LEASE_TERM.toNanos()));
      queue.expire();
    } else if (dice < 94) {
      restart();
    } else if (dice < 95) {
      agents.remove(agent);
      agents.add(new Agent(register(name(agent))));
    } else if (dice < 97) {
      queue.jobs().cancel(job);
      checkGrantedSurvive();
    } else {
      retry(someSucceeded());
    }
  }

  private void pass(long passedNanos) {
    nanos.addAndGet(passedNanos);
    wallMillis.addAndGet(passedNanos / 1_000_000);
  }

  private void open() {
    store = kind.open(folder);
    queue = Queue.open(store, clocks, Sharing.EQUAL);
  }

  private void restart() {
    restarts++;
    store.close();
    nanos.set(random.nextLong(1_000_000_000_000L));
    open();
  }

  private String register(String name) {
    var slot = new Registration.Slot("s", 4, 1L << 30, 0, 0);
    return queue
        .nodes()
        .register(new Registration.Request(name, "1", 1, 1, List.of(slot), Map.of()), null)
        .nodeId();
  }

  private String name(Agent agent) {
    return queue.nodes().list().nodes().stream()
        .filter(node -> node.nodeId().equals(agent.nodeId))
        .findFirst()
        .orElseThrow()
        .name();
  }

  private List<Lease> lease(Agent agent, int tasks) throws Exception {
    agent.sequence++;
    var request =
        new Leasing.Request(agent.sequence, List.of(new Leasing.Wish("s", tasks, "", "")), 0);
    List<Lease> leases = Polls.lease(queue, agent.nodeId, request);
    if (random.nextInt(4) == 0) {
      assertEquals(leases, Polls.lease(queue, agent.nodeId, request), "replay");
    }
    for (Lease lease : leases) {
      took(agent, lease);
    }
    return leases;
  }

  private void took(Agent agent, Lease lease) {
    String task = lease.taskId();
    if (lease.recover() == null) {
      assertTrue(
          !granted.containsKey(task), "attempt " + lease + " although one is granted already");
      int before = latestAttempt.getOrDefault(task, 0);
      assertEquals(before + 1, lease.attempt(), "attempts count up by one");
      latestAttempt.put(task, lease.attempt());
    } else {
      recoveries++;
      assertEquals(granted.get(task), lease.recover(), "the stored manifest is recovered");
      assertEquals(latestAttempt.get(task), lease.attempt());
    }
    assertTrue(!succeeded.contains(task), "a succeeded task is leased again: " + lease);
    everLeased.put(lease.leaseId(), lease);
    holders.put(lease.leaseId(), agent);
    // An agent that loses the answer does not know what it holds.
    if (random.nextInt(10) > 0) {
      agent.held.put(lease.leaseId(), lease);
    }
  }

  private void heartbeat(Agent agent) {
    List<Heartbeat.Held> held =
        agent.held.values().stream()
            .map(
                lease ->
                    new Heartbeat.Held(
                        lease.leaseId(),
                        lease.attempt(),
                        Heartbeat.Phase.RENDERING,
                        random.nextDouble(),
                        "",
                        0,
                        0))
            .toList();
    var response = queue.nodes().heartbeat(agent.nodeId, new Heartbeat.Request(held, null));
    for (Heartbeat.Answer answer : response.leases()) {
      if (answer.action() == Heartbeat.Action.REVOKED) {
        agent.held.remove(answer.leaseId());
      }
    }
  }

  private void commit() {
    Lease lease = anyLease();
    if (lease == null) {
      return;
    }
    String task = lease.taskId();
    var manifest =
        new Commit.Manifest(
            lease.fence(),
            List.of(
                new Commit.Output(
                    "file:///out/" + task, random.nextInt(99), "x", List.of(), "s", null)));
    try {
      Commit.Manifest answer =
          queue
              .leases()
              .commit(
                  holders.get(lease.leaseId()).nodeId,
                  lease.leaseId(),
                  new Commit.Request(lease.attempt(), manifest))
              .manifest();
      Commit.Manifest before = granted.putIfAbsent(task, answer);
      if (before == null) {
        grants++;
        assertEquals(manifest, answer);
        assertEquals(latestAttempt.get(task), lease.attempt(), "only the latest is granted");
      } else {
        assertEquals(before, answer, "two different manifests were granted");
      }
    } catch (Refusal refusal) {
      refusals++;
      assertEquals(Refusal.Kind.FENCED, refusal.kind(), refusal.getMessage());
    }
  }

  private void finish() {
    Lease lease = anyLease();
    if (lease == null) {
      return;
    }
    Outcome outcome = OUTCOMES.get(random.nextInt(OUTCOMES.size()));
    if (outcome == Outcome.FAILED && random.nextInt(3) > 0) {
      return;
    }
    finish(lease, outcome);
  }

  private void finish(Lease lease, Outcome outcome) {
    String task = lease.taskId();
    var report =
        new Finish.Request(
            lease.attempt(), outcome, 0, "why", random.nextBoolean(), List.of(), 0, 0, 0);
    boolean wasGranted = granted.containsKey(task);
    TaskState before = task(task).state();
    int repeats = 1 + random.nextInt(2);
    try {
      for (int i = 0; i < repeats; i++) {
        queue.leases().finish(holders.get(lease.leaseId()).nodeId, lease.leaseId(), report);
      }
    } catch (Refusal refusal) {
      refusals++;
      assertEquals(Refusal.Kind.FENCED, refusal.kind(), refusal.getMessage());
      assertEquals(before, task(task).state(), "a refused report changes nothing");
      return;
    }
    TaskState after = task(task).state();
    if (after == TaskState.SUCCEEDED) {
      assertTrue(wasGranted, "succeeded without a grant");
      succeeded.add(task);
    } else if (before == TaskState.COMMITTED && after != TaskState.COMMITTED) {
      assertEquals(Outcome.FAILED, outcome, "only a failure voids a manifest");
      granted.remove(task);
    } else if (before == TaskState.COMMITTED) {
      assertTrue(granted.containsKey(task));
    }
  }

  private void retry(Set<String> again) {
    try {
      queue.jobs().retry(job, new Jobs.Retry(List.copyOf(again)));
      // Somebody wants them rendered again: their earlier grants no longer bind.
      again.forEach(granted::remove);
      succeeded.removeAll(again);
    } catch (Refusal nothingToRetry) {
      refusals++;
    }
  }

  private Set<String> someSucceeded() {
    Set<String> some = new HashSet<>(succeeded);
    some.removeIf(task -> random.nextInt(3) > 0);
    return some;
  }

  private Lease anyLease() {
    List<Lease> leases = new ArrayList<>(everLeased.values());
    if (leases.isEmpty()) {
      return null;
    }
    // Mostly a recent one, sometimes a ghost.
    leases.sort((a, b) -> Long.compare(number(b), number(a)));
    int range = random.nextInt(5) == 0 ? leases.size() : Math.min(leases.size(), 6);
    return leases.get(random.nextInt(range));
  }

  private static long number(Lease lease) {
    return LeaseName.number(lease.leaseId());
  }

  private Jobs.Task task(String taskId) {
    return queue.views().tasks(job, null, TASKS).tasks().stream()
        .filter(task -> task.taskId().equals(taskId))
        .findFirst()
        .orElseThrow();
  }

  private void checkGrantedSurvive() {
    for (Jobs.Task task : queue.views().tasks(job, null, TASKS).tasks()) {
      if (succeeded.contains(task.taskId())) {
        assertEquals(TaskState.SUCCEEDED, task.state());
      } else if (granted.containsKey(task.taskId())) {
        assertEquals(TaskState.COMMITTED, task.state());
      }
    }
  }

  /** Invariant 2: every task is somewhere, and the counters agree with the tasks. */
  private void checkCounts() {
    checkGrantedSurvive();
    Map<TaskState, Long> counted = new HashMap<>();
    List<Jobs.Task> tasks = queue.views().tasks(job, null, TASKS).tasks();
    tasks.forEach(task -> counted.merge(task.state(), 1L, Long::sum));
    assertEquals(TASKS, tasks.size());
    assertEquals(counted, queue.views().get(job).steps().getFirst().tasks());
  }

  private void finishEverything() throws Exception {
    for (int i = 0; i < 100 && succeeded.size() < TASKS; i++) {
      Agent agent = agents.getFirst();
      pass(Protocol.LEASE_TERM.toNanos());
      queue.expire();
      retry(Set.of());
      agent.held.clear();
      for (Lease lease : lease(agent, 2)) {
        String task = lease.taskId();
        var manifest = new Commit.Manifest(lease.fence(), List.of());
        var answer =
            queue
                .leases()
                .commit(null, lease.leaseId(), new Commit.Request(lease.attempt(), manifest));
        granted.putIfAbsent(task, answer.manifest());
        grants++;
        finish(lease, Outcome.SUCCEEDED);
      }
    }
    checkCounts();
    assertEquals(TASKS, succeeded.size(), "some task can no longer finish");
    assertNotNull(queue.views().get(job).endedMillis());
  }
}
