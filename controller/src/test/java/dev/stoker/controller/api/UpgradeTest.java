package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A queue that an earlier release left in the middle of its work is gone on with. {@code
 * releases/schema-7.sql} holds its rows: one task done, one granted and not published yet, one
 * held, one that failed once, two not started.
 */
class UpgradeTest {
  private static final List<String> SCHEMA_7 =
      List.of(
          "V001__queue.sql",
          "V002__events.sql",
          "V003__sharing.sql",
          "V004__access.sql",
          "V005__joining.sql",
          "V006__notices.sql",
          "V007__web.sql");

  @TempDir Path folder;

  @Test
  void aQueueOfAnEarlierSchemaIsBroughtForwardWithAllThatItHolds() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    leave(data.resolve("queue.db"));
    try (var server = ControllerServer.start(ControllerSettings.loopback(data, 0));
        var user = new ControllerClient(server.url(), null)) {
      Jobs.Summary job = user.jobs().jobs().getFirst();
      assertFalse(job.archived());
      Jobs.StepSummary step = job.steps().getFirst();
      assertEquals(
          Map.of(
              Jobs.TaskState.SUCCEEDED, 1L,
              Jobs.TaskState.COMMITTED, 1L,
              Jobs.TaskState.LEASED, 1L,
              Jobs.TaskState.READY, 3L),
          step.tasks());
      String node = user.nodes().nodes().getFirst().nodeId();
      List<Jobs.Task> tasks = user.tasks(job.jobId(), null, 10).tasks();
      Jobs.Attempt granted = tasks.get(1).attempts().getFirst();
      Jobs.Attempt held = tasks.get(2).attempts().getFirst();
      assertEquals(
          List.of(Heartbeat.Action.EXTEND, Heartbeat.Action.EXTEND),
          user
              .heartbeat(node, new Heartbeat.Request(List.of(held(granted), held(held)), null))
              .leases()
              .stream()
              .map(Heartbeat.Answer::action)
              .toList());
      finish(user, granted.leaseId(), 1);
      commit(user, held.leaseId(), job.jobId(), 2);
      finish(user, held.leaseId(), 1);
      render(user, node, 3);
      assertEquals(Jobs.State.SUCCEEDED, user.job(job.jobId()).state());
      assertEquals("Fra:1\n", user.readLog(job.jobId(), tasks.getFirst().taskId(), 0, 0).text());
      assertEquals(6, user.outputs(job.jobId(), null, 10).outputs().size());
    }
  }

  private static Heartbeat.Held held(Jobs.Attempt attempt) {
    return new Heartbeat.Held(
        attempt.leaseId(), attempt.attempt(), Heartbeat.Phase.RENDERING, 0, "", 0, 0);
  }

  private static void render(ControllerClient user, String node, int tasks) {
    long sequence = 1_000;
    for (int i = 0; i < tasks; i++) {
      sequence++;
      var wish = new Leasing.Wish("slot-0", 1, "", "");
      Leasing.Lease lease =
          user.lease(node, new Leasing.Request(sequence, List.of(wish), 10_000))
              .leases()
              .getFirst();
      user.commit(
          lease.leaseId(), new Commit.Request(lease.attempt(), ScriptedAgent.manifest(lease)));
      finish(user, lease.leaseId(), lease.attempt());
    }
  }

  private static void commit(ControllerClient user, String lease, String job, int task) {
    var output =
        new Commit.Output("blob://studio/show/" + task, 1_000, "x", List.of("QUJD"), null, null);
    String fence = job + "-" + task + "-1";
    user.commit(lease, new Commit.Request(1, new Commit.Manifest(fence, List.of(output))));
  }

  private static void finish(ControllerClient user, String lease, int attempt) {
    user.finish(
        lease,
        new Finish.Request(attempt, Finish.Outcome.SUCCEEDED, 0, "", false, List.of(), 0, 0, 0));
  }

  private static void leave(Path file) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table schema_version (version bigint primary key, name text not null)");
      for (int i = 0; i < SCHEMA_7.size(); i++) {
        script(statement, "/dev/stoker/controller/store/" + SCHEMA_7.get(i));
        statement.execute(
            "insert into schema_version values (" + (i + 1) + ", '" + SCHEMA_7.get(i) + "')");
      }
      script(statement, "/dev/stoker/controller/api/releases/schema-7.sql");
    }
  }

  private static void script(Statement statement, String resource) throws Exception {
    String text;
    try (InputStream in =
        Objects.requireNonNull(UpgradeTest.class.getResourceAsStream(resource), resource)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (String each : text.replaceAll("--[^\n]*", "").split(";\\s*\n", -1)) {
      if (!each.isBlank()) {
        execute(statement, each);
      }
    }
  }

  private static void execute(Statement statement, String sql) {
    try {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
