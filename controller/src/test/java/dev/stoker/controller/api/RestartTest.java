package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.dispatch.Clocks;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Protocol;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Controllers that stop, die and come back; nodes that fall silent. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class RestartTest {
  @Parameter StoreKind kind;
  @TempDir Path folder;

  private ControllerServer start() {
    return ControllerServer.start(kind.settings(folder));
  }

  @Test
  void aJobGoesOnWhereItWasWhenItsControllerRestarts() {
    String job;
    ScriptedAgent agent;
    List<Lease> leases;
    try (var server = start();
        var user = new ControllerClient(server.url(), null)) {
      job = user.submit(TestJobs.frames(3), "key-1").jobId();
      agent = new ScriptedAgent(server.url(), null, "node-1");
      leases = agent.lease(2, 5_000);
      agent.heartbeat(leases.toArray(Lease[]::new));
      agent.commit(leases.getFirst());
    }
    try (var server = start();
        var user = new ControllerClient(server.url(), null);
        agent) {
      agent.moveTo(server.url());
      assertEquals(leases, agent.again(2, 0), "the same request after the restart");
      for (Heartbeat.Answer answer : agent.heartbeat(leases.toArray(Lease[]::new)).leases()) {
        assertEquals(Heartbeat.Action.EXTEND, answer.action());
      }
      assertEquals(ScriptedAgent.manifest(leases.getFirst()), agent.commit(leases.getFirst()));
      agent.commit(leases.getLast());
      leases.forEach(lease -> agent.finish(lease, Outcome.SUCCEEDED));
      agent.render(agent.lease(1, 5_000).getFirst());
      assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
      assertEquals(job, user.submit(TestJobs.frames(3), "key-1").jobId());
    }
  }

  @Test
  void whatANodeRegisteredWithAndDoesNotListIsTakenFromItAfterARestart() {
    ScriptedAgent reborn;
    Lease lost;
    try (var server = start();
        var user = new ControllerClient(server.url(), null);
        var dead = new ScriptedAgent(server.url(), null, "node-1")) {
      user.submit(TestJobs.frames(1), "key-1");
      lost = dead.lease(1, 5_000).getFirst();
      dead.heartbeat(lost);
      reborn = new ScriptedAgent(server.url(), null, "node-1");
    }
    try (var server = start();
        var other = new ScriptedAgent(server.url(), null, "node-2");
        reborn) {
      reborn.moveTo(server.url());
      assertEquals(List.of(), other.lease(1, 0));
      reborn.heartbeat();
      assertEquals(2, other.lease(1, 5_000).getFirst().attempt());
      var fenced = assertThrows(ControllerException.class, () -> reborn.commit(lost));
      assertEquals(409, fenced.status());
    }
  }

  @Test
  void anAcceptedJobSurvivesTheKillOfItsController() throws Exception {
    String job;
    try (var process = ControllerProcess.start(kind.settings(folder));
        var user = new ControllerClient(process.url, null)) {
      job = user.submit(TestJobs.frames(5), "key-1").jobId();
      process.kill();
      var unreachable = assertThrows(ControllerException.class, user::jobs);
      assertEquals(ControllerException.UNREACHABLE, unreachable.status());
      assertTrue(unreachable.sentence().contains(process.url.toString()), unreachable.sentence());
    }
    try (var server = start();
        var user = new ControllerClient(server.url(), null)) {
      assertEquals(5, user.job(job).steps().getFirst().total());
    }
  }

  @Test
  void aSilentNodesTaskGoesToAnotherAndItsLateCommitIsFenced() {
    var skew = new AtomicLong();
    var clocks = new Clocks(InstantSource.system(), () -> System.nanoTime() + skew.get());
    try (var server = ControllerServer.start(kind.settings(folder), clocks);
        var user = new ControllerClient(server.url(), null);
        var frozen = new ScriptedAgent(server.url(), null, "frozen");
        var other = new ScriptedAgent(server.url(), null, "other")) {
      String job = user.submit(TestJobs.frames(2), "key-1").jobId();
      List<Lease> leases = frozen.lease(2, 5_000);
      frozen.commit(leases.getFirst());
      skew.addAndGet(Protocol.LEASE_TERM.plusSeconds(1).toNanos());

      Lease first = other.lease(1, 10_000).getFirst();
      assertEquals(ScriptedAgent.manifest(leases.getFirst()), first.recover());
      Lease second = other.lease(1, 10_000).getFirst();
      assertEquals(2, second.attempt());
      assertEquals(leases.getLast().taskId(), second.taskId());

      var fenced = assertThrows(ControllerException.class, () -> frozen.commit(leases.getLast()));
      assertEquals(409, fenced.status());
      // The frozen node wakes and carries its manifest out after all: that counts.
      frozen.finish(leases.getFirst(), Outcome.SUCCEEDED);
      assertEquals(
          Heartbeat.Action.REVOKED, other.heartbeat(first, second).leases().getFirst().action());
      other.commit(second);
      other.finish(second, Outcome.SUCCEEDED);
      other.finish(first, Outcome.SUCCEEDED);
      assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
    }
  }
}
