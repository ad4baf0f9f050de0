package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Jobs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose inputs are read through the node's mount, over a real kernel. */
@Timeout(120)
class MountedInputsTest {
  @TempDir Path top;
  private MountedFarm farm;

  @BeforeEach
  void start() throws Exception {
    farm = new MountedFarm(top);
    farm.serve("in/scene.txt", text("scene"));
    farm.serve("in/tex/wood.exr", text("wood"));
    farm.startNode("node-1");
  }

  @AfterEach
  void end() {
    if (farm != null) {
      farm.close();
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aTaskReadsWhatWasDeclaredAndWhatWasNotAndItsOutputsAreLocal() throws Exception {
    String job =
        farm.submit(
            "in/scene.txt",
            "cat $1 $(dirname $1)/tex/wood.exr >$2/all.txt; echo read $1 wrote $2; stat -f -c %T $1");
    farm.assertSucceeds(job);
    assertEquals("scenewood", Files.readString(top.resolve("out/all.txt")));
    String log = farm.log(job);
    assertTrue(log.contains("read " + top.resolve("node-1/io/mount").toRealPath() + "/s-"), log);
    assertTrue(log.contains("/show/in/scene.txt wrote " + top.resolve("node-1/agent/sess")), log);
    assertTrue(log.contains("fuse"), log);
    assertEquals("mount", farm.client.nodes().nodes().getFirst().assets());
    Jobs.Attempt attempt = farm.task(job).attempts().getFirst();
    assertTrue(attempt.originBytes() > 0, attempt.toString());
  }

  @Test
  void aTaskThatAskedForATextureThatIsNotThereFailsWithItsNameThoughItsRendererExitsWith0()
      throws Exception {
    String job =
        farm.submit("in/scene.txt", "cat $(dirname $1)/tex/stone.exr; date >$2/frame.png; exit 0");
    Jobs.Summary ended = farm.awaitEnd(job);
    assertEquals(Jobs.State.FAILED, ended.state());
    assertTrue(ended.message().contains("'show/in/tex/stone.exr'"), ended.message());
    assertEquals(Cause.ASSET_MISSING, farm.task(job).attempts().getFirst().cause());
    assertFalse(Files.exists(top.resolve("out/frame.png")));
  }

  @Test
  void namesThatAreOnlyTriedAreNoMissingInputs() throws Exception {
    String job =
        farm.submit(
            "in/scene.txt",
            "cd $(dirname $1); ls tex/wood.tx in/.hidden.exr ../tex/wood.exr optional; cat tex/wood.exr >$2/f");
    farm.assertSucceeds(job);
    assertEquals("wood", Files.readString(top.resolve("out/f")));
  }

  @Test
  void aDeclaredInputThatIsNotThereFailsTheTaskBeforeItsRendererStarts()
      throws IOException, InterruptedException {
    String job = farm.submit("in/gone.txt", "touch " + top.resolve("started"));
    Jobs.Summary ended = farm.awaitEnd(job);
    assertEquals(Jobs.State.FAILED, ended.state());
    assertTrue(ended.message().contains("gone.txt"), ended.message());
    assertFalse(Files.exists(top.resolve("started")));
  }
}
