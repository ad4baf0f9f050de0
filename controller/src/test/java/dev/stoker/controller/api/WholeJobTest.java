package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Traces;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Jobs from submission to end, over real HTTP and a real database. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class WholeJobTest {
  @Parameter StoreKind kind;
  @TempDir Path folder;
  private ControllerServer server;
  private ControllerClient user;
  private ScriptedAgent agent;

  @BeforeEach
  void start() {
    server = ControllerServer.start(kind.settings(folder.resolve("data")));
    user = new ControllerClient(server.url(), null);
    agent = new ScriptedAgent(server.url(), null, "node-1");
  }

  @AfterEach
  void stop() {
    agent.close();
    user.close();
    server.close();
  }

  @Test
  void aJobRunsFromSubmissionToItsLastFrame() {
    String job = user.submit(TestJobs.frames(3), "key-1").jobId();
    assertEquals(Jobs.State.QUEUED, user.job(job).state());
    Set<String> frames = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      Lease lease = agent.lease(1, 5_000).getFirst();
      assertEquals(1, lease.attempt());
      assertEquals(lease.taskId() + "-1", lease.fence());
      assertEquals("Render", lease.stepName());
      assertNull(lease.recover());
      frames.add(lease.parameters().get("Frame"));
      agent.render(lease);
    }
    assertEquals(Set.of("1", "2", "3"), frames);
    Jobs.Summary summary = user.job(job);
    assertEquals(Jobs.State.SUCCEEDED, summary.state());
    assertEquals(Map.of(TaskState.SUCCEEDED, 3L), summary.steps().getFirst().tasks());
    Jobs.Outputs outputs = user.outputs(job, null, 100);
    assertEquals(3, outputs.outputs().size());
    assertTrue(outputs.outputs().stream().allMatch(Jobs.Output::visible));
    Jobs.Task task = user.tasks(job, null, 100).tasks().getFirst();
    Jobs.Attempt attempt = task.attempts().getFirst();
    assertEquals("node-1", attempt.nodeName());
    assertEquals(Outcome.SUCCEEDED, attempt.outcome());
    assertTrue(attempt.granted());
    assertEquals(30, attempt.publishedBytes());
  }

  @Test
  void aStepStartsWhenTheStepsItNeedsAreComplete() {
    String job = user.submit(TestJobs.framesThenEncode(), "key-1").jobId();
    List<Lease> frames = agent.lease(5, 5_000);
    assertEquals(List.of("Render", "Render"), frames.stream().map(Lease::stepName).toList());
    assertEquals(TaskState.WAITING, user.tasks(job, null, 100).tasks().getFirst().state());
    agent.heartbeat(frames.toArray(Lease[]::new));
    for (Lease frame : frames) {
      agent.commit(frame);
      agent.finish(frame, Outcome.SUCCEEDED);
    }
    Lease encode = agent.lease(5, 5_000).getFirst();
    assertEquals("Encode", encode.stepName());
    agent.render(encode);
    assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
  }

  @Test
  void theTraceThatTellsMostOfAStepsReadsIsKeptForItsNextNode() {
    String job = user.submit(TestJobs.frames(2), "key-1").jobId();
    Lease lease = agent.lease(1, 5_000).getFirst();
    assertEquals("", agent.client.trace(job, "Render").trace());
    agent.client.trace(lease.leaseId(), new Traces.Sent(lease.attempt(), "QUJD", 5));
    agent.client.trace(lease.leaseId(), new Traces.Sent(lease.attempt(), "REVG", 5));
    assertEquals("QUJD", agent.client.trace(job, "Render").trace());
    agent.client.trace(lease.leaseId(), new Traces.Sent(lease.attempt(), "R0hJ", 4));
    assertEquals(new Traces.Kept("Render", "R0hJ", 4), user.trace(job, "Render"));
    assertEquals("", user.trace(job, "Encode").trace());
    var stranger = new ScriptedAgent(server.url(), null, "node-2");
    try (stranger) {
      assertEquals(
          403,
          assertThrows(ControllerException.class, () -> stranger.client.trace(job, "Render"))
              .status());
    }
    for (String wrong : List.of("", "no Base64!", "A".repeat(Traces.LONGEST + 4))) {
      assertEquals(
          400,
          assertThrows(
                  ControllerException.class,
                  () ->
                      agent.client.trace(
                          lease.leaseId(), new Traces.Sent(lease.attempt(), wrong, 0)))
              .status());
    }
  }

  @Test
  void aWaitingNodeIsServedWhenAJobArrives() throws Exception {
    var waiting = CompletableFuture.supplyAsync(() -> agent.lease(1, 20_000));
    user.submit(TestJobs.frames(1), "key-1");
    assertEquals(1, waiting.get(10, TimeUnit.SECONDS).size());
  }

  @Test
  void aRepeatedLeaseRequestGetsTheSameLeases() {
    user.submit(TestJobs.frames(3), "key-1");
    List<Lease> first = agent.lease(2, 5_000);
    assertEquals(first, agent.again(2, 5_000));
    assertEquals(1, agent.lease(2, 5_000).size());
    agent.sequence = 1;
    assertEquals(409, assertThrows(ControllerException.class, () -> agent.again(2, 0)).status());
  }

  @Test
  void aRepeatedSubmissionIsOneJob() {
    String job = user.submit(TestJobs.frames(3), "key-1").jobId();
    assertEquals(job, user.submit(TestJobs.frames(3), "key-1").jobId());
    assertEquals(1, user.jobs().jobs().size());
    var other =
        assertThrows(ControllerException.class, () -> user.submit(TestJobs.frames(4), "key-1"));
    assertEquals(409, other.status());
  }

  @Test
  void aRepeatedCommitReturnsTheStoredManifestAndARepeatedFinishIsAcknowledged() {
    user.submit(TestJobs.frames(1), "key-1");
    Lease lease = agent.lease(1, 5_000).getFirst();
    var manifest = agent.commit(lease);
    assertEquals(manifest, agent.commit(lease));
    agent.finish(lease, Outcome.SUCCEEDED);
    agent.finish(lease, Outcome.SUCCEEDED);
    assertEquals(manifest, agent.commit(lease));
    var contradiction =
        assertThrows(ControllerException.class, () -> agent.finish(lease, Outcome.FAILED));
    assertEquals(409, contradiction.status());
  }

  @Test
  void aTaskCannotSucceedWithoutItsCommit() {
    user.submit(TestJobs.frames(1), "key-1");
    Lease lease = agent.lease(1, 5_000).getFirst();
    var refusal =
        assertThrows(ControllerException.class, () -> agent.finish(lease, Outcome.SUCCEEDED));
    assertEquals(409, refusal.status());
    assertTrue(refusal.sentence().contains("commit first"), refusal.sentence());
  }

  @Test
  void aJobFailsWhenATaskIsOutOfAttempts() {
    String job = user.submit(TestJobs.frames(3), "key-1").jobId();
    Lease lease = agent.lease(3, 5_000).getFirst();
    agent.finish(lease, Outcome.FAILED);
    for (int attempt = 2; attempt <= 3; attempt++) {
      lease = agent.lease(1, 10_000).getFirst();
      assertEquals(attempt, lease.attempt());
      agent.finish(lease, Outcome.FAILED);
    }
    Jobs.Summary summary = user.job(job);
    assertEquals(Jobs.State.FAILED, summary.state());
    assertEquals("Step Render, task 0: The renderer exited with 7.", summary.message());
    assertEquals(
        Map.of(TaskState.FAILED, 1L, TaskState.CANCELED, 2L), summary.steps().getFirst().tasks());
    assertEquals(TaskState.CANCELED, user.tasks(job, null, 9).tasks().getLast().state());
    assertEquals(List.of(), agent.lease(1, 0));

    assertEquals(Jobs.State.RUNNING, user.retry(job, new Jobs.Retry(List.of())).state());
    List<Lease> again = agent.lease(3, 5_000);
    assertEquals(List.of(4, 2, 2), again.stream().map(Lease::attempt).toList());
    agent.heartbeat(again.toArray(Lease[]::new));
    again.forEach(
        each -> {
          agent.commit(each);
          agent.finish(each, Outcome.SUCCEEDED);
        });
    assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
  }

  @Test
  void aFailedTaskGoesToAnotherNodeWhereThereIsOne() {
    user.submit(TestJobs.frames(1), "key-1");
    agent.finish(agent.lease(1, 5_000).getFirst(), Outcome.FAILED);
    try (var other = new ScriptedAgent(server.url(), null, "node-2")) {
      assertEquals(List.of(), agent.lease(1, 0));
      assertEquals(2, other.lease(1, 5_000).getFirst().attempt());
    }
  }

  @Test
  void aReturnedTaskCostsNothing() {
    String job = user.submit(TestJobs.frames(1), "key-1").jobId();
    for (int i = 0; i < 5; i++) {
      agent.finish(agent.lease(1, 5_000).getFirst(), Outcome.RETURNED);
    }
    assertEquals(Jobs.State.RUNNING, user.job(job).state());
  }

  @Test
  void aCanceledTaskCannotCommitAndAGrantedOneCannotBeCanceled() {
    String job = user.submit(TestJobs.frames(3), "key-1").jobId();
    List<Lease> leases = agent.lease(2, 5_000);
    agent.commit(leases.getFirst());
    assertEquals(Jobs.State.CANCELED, user.cancel(job).state());
    Heartbeat.Response answer = agent.heartbeat(leases.toArray(Lease[]::new));
    assertEquals(Heartbeat.Action.EXTEND, answer.leases().getFirst().action());
    assertEquals(Heartbeat.Action.CANCEL, answer.leases().getLast().action());
    var fenced = assertThrows(ControllerException.class, () -> agent.commit(leases.getLast()));
    assertEquals(409, fenced.status());
    agent.finish(leases.getLast(), Outcome.CANCELED);
    agent.finish(leases.getFirst(), Outcome.SUCCEEDED);
    assertEquals(
        Map.of(TaskState.SUCCEEDED, 1L, TaskState.CANCELED, 2L),
        user.job(job).steps().getFirst().tasks());
    assertEquals(Jobs.State.CANCELED, user.job(job).state());
  }

  @Test
  void aManifestThatCannotBeCarriedOutIsVoidedBeforeTheNextAttempt() {
    String job = user.submit(TestJobs.frames(1), "key-1").jobId();
    Lease lease = agent.lease(1, 5_000).getFirst();
    agent.commit(lease);
    assertEquals(1, user.outputs(job, null, 9).outputs().size());
    agent.finish(lease, Outcome.FAILED, "The blocks were discarded.");
    assertEquals(List.of(), user.outputs(job, null, 9).outputs());
    Lease second = agent.lease(1, 5_000).getFirst();
    assertEquals(2, second.attempt());
    assertNull(second.recover());
    assertEquals(409, assertThrows(ControllerException.class, () -> agent.commit(lease)).status());
    agent.render(second);
    assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
  }

  @Test
  void aLeaseThatTheNodeNoLongerListsIsRevokedAtOnce() {
    user.submit(TestJobs.frames(1), "key-1");
    Lease lease = agent.lease(1, 5_000).getFirst();
    agent.heartbeat();
    agent.heartbeat(lease);
    agent.heartbeat();
    assertEquals(Heartbeat.Action.REVOKED, agent.heartbeat(lease).leases().getFirst().action());
    assertEquals(2, agent.lease(1, 5_000).getFirst().attempt());
  }

  @Test
  void aHeartbeatThatWasOnItsWayWhenALeaseWasWonDoesNotTakeIt() {
    user.submit(TestJobs.frames(1), "key-1");
    Lease lease = agent.lease(1, 5_000).getFirst();
    agent.lease(1, 0); // it has the answer to the one before
    agent.heartbeat(); // written before that answer came
    assertEquals(Heartbeat.Action.EXTEND, agent.heartbeat(lease).leases().getFirst().action());
  }

  @Test
  void aGrantedManifestOfALostLeaseIsCarriedOutByAnotherNode() {
    String job = user.submit(TestJobs.frames(1), "key-1").jobId();
    Lease lease = agent.lease(1, 5_000).getFirst();
    agent.heartbeat(lease);
    var manifest = agent.commit(lease);
    agent.heartbeat();
    try (var other = new ScriptedAgent(server.url(), null, "node-2")) {
      Lease recovery = other.lease(1, 5_000).getFirst();
      assertEquals(manifest, recovery.recover());
      assertEquals(lease.fence(), recovery.fence());
      assertEquals(1, recovery.attempt());
      assertEquals(manifest, agent.commit(lease));
      other.finish(recovery, Outcome.SUCCEEDED);
    }
    agent.finish(lease, Outcome.SUCCEEDED);
    assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
    assertEquals(1, user.tasks(job, null, 9).tasks().getFirst().attempts().size());
  }

  @Test
  void aSuspendedJobStartsNothingUntilItIsResumed() {
    String job = user.submit(TestJobs.frames(1), "key-1").jobId();
    assertEquals(Jobs.State.SUSPENDED, user.suspend(job).state());
    assertEquals(List.of(), agent.lease(1, 0));
    assertEquals(Jobs.State.QUEUED, user.resume(job).state());
    assertEquals(1, agent.lease(1, 5_000).size());
  }

  @Test
  void priorityGoesBeforeSubmissionAndATaskWaitsForASlotThatFits() {
    user.submit(TestJobs.onGpu(), "key-0");
    String first = user.submit(TestJobs.frames(2), "key-1").jobId();
    String second = user.submit(TestJobs.frames(3), "key-2").jobId();
    assertEquals(first, agent.lease(1, 5_000).getFirst().jobId());
    user.setPriority(second, 80);
    assertEquals(second, agent.lease(1, 5_000).getFirst().jobId());
  }

  @Test
  void aDrainingNodeGetsNoWorkAndIsTold() {
    user.submit(TestJobs.frames(1), "key-1");
    assertEquals("draining", user.drain(agent.nodeId).nodes().getFirst().state());
    assertEquals(List.of(), agent.lease(1, 0));
    assertTrue(agent.heartbeat().drain());
    user.resumeNode(agent.nodeId);
    assertEquals(1, agent.lease(1, 5_000).size());
  }

  @Test
  void aWatcherIsToldOfProgressAndNotWokenWithoutCause() throws Exception {
    String job = user.submit(TestJobs.frames(1), "key-1").jobId();
    Lease lease = agent.lease(1, 5_000).getFirst();
    Jobs.Update now = user.watch(job, 0);
    assertEquals(1, now.running().size());
    var next = CompletableFuture.supplyAsync(() -> user.watch(job, now.version()));
    assertThrows(
        java.util.concurrent.TimeoutException.class, () -> next.get(300, TimeUnit.MILLISECONDS));
    agent.heartbeat(lease);
    Jobs.Attempt attempt =
        next.get(10, TimeUnit.SECONDS).running().getFirst().attempts().getFirst();
    assertEquals(Heartbeat.Phase.RENDERING, attempt.phase());
    assertEquals(0.5, attempt.phaseFraction());
    assertEquals("Fra:1 Sample 8/16", attempt.message());
  }

  @Test
  void aLogIsReadBackWholeAlthoughPiecesAreRepeated() {
    String job = user.submit(TestJobs.frames(1), "key-1").jobId();
    Lease lease = agent.lease(1, 5_000).getFirst();
    agent.client.log(lease.leaseId(), new LogChunk(1, 0, "Größe 1\n"));
    agent.client.log(lease.leaseId(), new LogChunk(1, 0, "Größe 1\n"));
    agent.client.log(lease.leaseId(), new LogChunk(1, 0, "Größe 1\nzwei\n"));
    assertEquals("Größe 1\nzwei\n", user.readLog(job, lease.taskId(), 0, 0).text());
    assertEquals("zwei\n", user.readLog(job, lease.taskId(), 1, 10).text());
    assertEquals("", user.readLog(job, lease.taskId(), 1, 15).text());
  }

  @Test
  void aNodeReadsTheDefinitionOfTheJobItWorksOn() {
    Jobs.Definition definition = TestJobs.frames(1);
    String job = user.submit(definition, "key-1").jobId();
    agent.lease(1, 5_000);
    assertEquals(definition, agent.client.definition(job));
  }

  @Test
  void aSucceededTaskIsRenderedAgainOnlyWhenSomebodyNamesIt() {
    String job = user.submit(TestJobs.frames(2), "key-1").jobId();
    List<Lease> leases = agent.lease(2, 5_000);
    leases.forEach(
        lease -> {
          agent.commit(lease);
          agent.finish(lease, Outcome.SUCCEEDED);
        });
    assertThrows(ControllerException.class, () -> user.retry(job, new Jobs.Retry(List.of())));
    user.retry(job, new Jobs.Retry(List.of(leases.getFirst().taskId())));
    Lease again = agent.lease(2, 5_000).getFirst();
    assertEquals(2, again.attempt());
    agent.render(again);
    assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
    assertEquals(2, user.outputs(job, null, 9).outputs().size());
  }
}
