package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.store.QueueBackup;
import dev.stoker.controller.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of a queue that is at work. */
class BackupTest {
  @TempDir Path folder;

  @Test
  void aBackupOfARunningControllerBecomesAQueueThatGoesOn() {
    Path data = folder.resolve("data");
    Path backup = folder.resolve("backup.db");
    String job;
    try (var server = ControllerServer.start(ControllerSettings.loopback(data, 0));
        var user = new ControllerClient(server.url(), null);
        var agent = new ScriptedAgent(server.url(), null, "node")) {
      job = user.submit(TestJobs.frames(2), "key").jobId();
      agent.render(agent.lease(1, 5_000).getFirst());
      QueueBackup.write(data, backup);
      agent.render(agent.lease(1, 5_000).getFirst());
      assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
      assertRefused("exists already", () -> QueueBackup.write(data, backup));
      assertRefused("in use by process", () -> QueueBackup.restore(backup, data));
    }
    Path restored = folder.resolve("restored");
    QueueBackup.restore(backup, restored);
    try (var server = ControllerServer.start(ControllerSettings.loopback(restored, 0));
        var user = new ControllerClient(server.url(), null);
        var agent = new ScriptedAgent(server.url(), null, "node")) {
      assertEquals(1, user.job(job).steps().getFirst().in(Jobs.TaskState.SUCCEEDED));
      agent.render(agent.lease(1, 5_000).getFirst());
      assertEquals(Jobs.State.SUCCEEDED, user.job(job).state());
    }
    assertRefused("has a queue already", () -> QueueBackup.restore(backup, restored));
  }

  @Test
  void whatIsNoBackupIsRefused() throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "not a database, by far ".repeat(99));
    assertRefused("is no backup", () -> QueueBackup.restore(text, folder.resolve("a")));
    assertRefused(
        "There is no backup",
        () -> QueueBackup.restore(folder.resolve("none"), folder.resolve("b")));
    assertRefused(
        "There is no queue", () -> QueueBackup.write(folder.resolve("c"), folder.resolve("d")));
  }

  private static void assertRefused(String part, Runnable call) {
    var refused = assertThrows(StoreException.class, call::run);
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }
}
