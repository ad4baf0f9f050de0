package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.PostgresServer;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.dispatch.Clocks;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.store.DatabaseAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two controllers on one database: whichever is asked, the answer is the same. */
class SharedDatabaseTest {
  @TempDir Path folder;

  private static ControllerServer start(DatabaseAddress database, Clocks clocks) {
    return ControllerServer.start(
        ControllerSettings.loopback(Path.of("/unused"), 0).withDatabase(database), clocks);
  }

  private static ControllerServer start(DatabaseAddress database) {
    return start(database, Clocks.system());
  }

  @Test
  void aTaskLivesItsWholeLifeAcrossTwoControllers() throws Exception {
    DatabaseAddress database = PostgresServer.sharedDatabase();
    try (var one = start(database);
        var two = start(database);
        var user = new ControllerClient(two.url(), null);
        var agent = new ScriptedAgent(one.url(), null, "node-1")) {
      CompletableFuture<List<Lease>> waiting =
          CompletableFuture.supplyAsync(() -> agent.lease(2, 20_000));
      // Submitted to one controller while a node waits at the other.
      String job = user.submit(TestJobs.frames(2), "key-1").jobId();
      List<Lease> leases = waiting.get(10, TimeUnit.SECONDS);
      assertEquals(2, leases.size());

      agent.moveTo(two.url());
      assertEquals(leases, agent.again(2, 0), "the same request to the other controller");
      for (Heartbeat.Answer answer : agent.heartbeat(leases.toArray(Lease[]::new)).leases()) {
        assertEquals(Heartbeat.Action.EXTEND, answer.action());
      }
      assertEquals(TestJobs.frames(2).template(), agent.client.definition(job).template());
      agent.commit(leases.getFirst());
      agent.moveTo(one.url());
      assertEquals(ScriptedAgent.manifest(leases.getFirst()), agent.commit(leases.getFirst()));
      agent.finish(leases.getFirst(), Outcome.SUCCEEDED);
      agent.moveTo(two.url());
      agent.commit(leases.getLast());
      agent.finish(leases.getLast(), Outcome.SUCCEEDED);
      assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
    }
  }

  @Test
  void aControllerStartsWhileSomebodyElseHasTheTurn() throws Exception {
    DatabaseAddress database = PostgresServer.sharedDatabase();
    start(database).close();
    String login = "jdbc:" + database + "?user=postgres&password=postgres";
    try (Connection holder = DriverManager.getConnection(login);
        Statement turn = holder.createStatement()) {
      holder.setAutoCommit(false);
      turn.execute("select pg_advisory_xact_lock(" + 0x53746f6b6572L + ")");
      try (var server = start(database);
          var user = new ControllerClient(server.url(), null)) {
        assertEquals(List.of(), user.jobs().jobs());
      }
    }
  }

  @Test
  void aHeartbeatToOneControllerKeepsTheOtherFromTakingTheLeaseBack() {
    DatabaseAddress database = PostgresServer.sharedDatabase();
    var skew = new AtomicLong();
    var clocks = new Clocks(InstantSource.system(), () -> System.nanoTime() + skew.get());
    try (var one = start(database, clocks);
        var two = start(database, clocks);
        var user = new ControllerClient(one.url(), null);
        var agent = new ScriptedAgent(one.url(), null, "node-1");
        var other = new ScriptedAgent(two.url(), null, "node-2")) {
      String job = user.submit(TestJobs.frames(1), "key-1").jobId();
      Lease lease = agent.lease(1, 5_000).getFirst();
      agent.heartbeat(lease);
      for (int i = 0; i < 4; i++) {
        skew.addAndGet(Protocol.LEASE_TERM.toNanos() / 2);
        agent.heartbeat(lease);
      }
      assertEquals(List.of(), other.lease(1, 0));
      skew.addAndGet(Protocol.LEASE_TERM.plusSeconds(1).toNanos());
      Lease again = other.lease(1, 10_000).getFirst();
      assertEquals(2, again.attempt());
      assertEquals(
          409, assertThrows(ControllerException.class, () -> agent.commit(lease)).status());
      other.commit(again);
      other.finish(again, Outcome.SUCCEEDED);
      assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
    }
  }

  @Test
  void aJobGoesOnByItselfAfterTheDatabaseWasStopped() throws Exception {
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("pg"))) {
      DatabaseAddress database = postgres.newDatabase();
      try (var one = start(database);
          var two = start(database);
          var user = new ControllerClient(two.url(), null);
          var agent = new ScriptedAgent(one.url(), null, "node-1")) {
        String job = user.submit(TestJobs.frames(2), "key-1").jobId();
        Lease lease = agent.lease(1, 5_000).getFirst();
        agent.heartbeat(lease);
        postgres.restart();
        agent.render(lease);
        agent.moveTo(two.url());
        agent.render(agent.lease(1, 5_000).getFirst());
        assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
      }
    }
  }

  @Test
  void aPasswordIsNeverShownAndANonsenseAddressIsRefused() {
    var address = DatabaseAddress.parse("postgresql://u:s3cret%40@h:1/d?sslmode=require");
    assertEquals("s3cret@", address.password());
    assertEquals("jdbc:postgresql://h:1/d?sslmode=require", address.jdbcUrl());
    assertEquals("postgresql://h:1/d", address.toString());
    var refused =
        assertThrows(
            IllegalArgumentException.class, () -> DatabaseAddress.parse("mysql://u:s3cret@h/d"));
    assertTrue(!refused.getMessage().contains("s3cret"), refused.getMessage());
  }
}
