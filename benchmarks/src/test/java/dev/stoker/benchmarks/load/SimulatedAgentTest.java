package dev.stoker.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SimulatedAgentTest {
  private static final int TASKS = 200;

  @TempDir Path folder;

  @Test
  @Timeout(60)
  void aFleetOfThemRendersAJobToItsEndWithoutACallThatFails() throws Exception {
    var measured = new Measured();
    measured.start();
    var plan = new LoadPlan(3, Duration.ofMillis(300), true);
    try (var controller =
            ControllerServer.start(ControllerSettings.loopback(folder.resolve("data"), 0));
        var loop = new LoadLoop()) {
      URI url = controller.url();
      Load.submit(url, TASKS);
      var fleet = new Fleet(loop, List.of(url), 30, plan, measured);
      fleet.register();
      fleet.start();
      assertEquals(TASKS, succeeded(url));
    }
    assertEquals(0, measured.failures.sum());
    assertEquals(TASKS, measured.leases.sum());
    assertTrue(measured.leaseMicros.getTotalCount() < TASKS, "a call brings several leases");
    assertTrue(measured.heartbeatMicros.getTotalCount() > 0);
  }

  private static long succeeded(URI url) {
    try (var client = new ControllerClient(url, null)) {
      String id = client.jobs().jobs().getFirst().jobId();
      Jobs.Update update = client.watch(id, 0);
      while (!update.job().state().isFinal()) {
        update = client.watch(id, update.version());
      }
      return update.job().steps().getFirst().in(Jobs.TaskState.SUCCEEDED);
    }
  }
}
