package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
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
  private MountedFarm.Node node;

  @BeforeEach
  void start() throws Exception {
    farm = new MountedFarm(top);
    farm.serve("in/scene.txt", text("scene"));
    farm.serve("in/tex/wood.exr", text("wood"));
    node = farm.startNode("node-1");
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

  @Test
  void anAttemptWhoseOpenInputRotsOnTheCacheDiskEndsAndIsTriedAgainFromFreshBytes()
      throws Exception {
    byte[] scene = new byte[400_000];
    new Random(7).nextBytes(scene);
    farm.serve("in/scene.bin", scene);
    Path signs = Files.createDirectory(top.resolve("signs"));
    String job =
        farm.submit(
            "in/scene.bin",
            """
            until [ -e %1$s/go ]; do cat $1 >/dev/null; sleep 0.05; done
            exec 3<$1; head -c 9 <&3 >/dev/null
            if mkdir %1$s/first 2>/dev/null; then touch %1$s/open; exec sleep 60; fi
            cat $1 >$2/all
            """
                .formatted(signs));
    boolean kernels = Until.comesTrue(Duration.ofSeconds(20), () -> isTheKernels("scene.bin"));
    Files.createFile(signs.resolve("go"));
    assertTrue(Until.comesTrue(Duration.ofSeconds(60), () -> Files.exists(signs.resolve("open"))));
    if (kernels) {
      rot(scene.length);
      node.io().blocks().scrub();
      farm.assertSucceeds(job);
      assertArrayEquals(scene, Files.readAllBytes(top.resolve("out/all")));
      List<Jobs.Attempt> attempts = farm.task(job).attempts();
      assertEquals(2, attempts.size(), attempts.toString());
      Jobs.Attempt ended =
          attempts.stream().min(Comparator.comparingInt(Jobs.Attempt::attempt)).get();
      assertEquals(Cause.NODE_FAULT, ended.cause(), ended.toString());
      assertTrue(ended.message().contains("in/scene.bin"), ended.message());
    }
    assumeTrue(kernels, "this kernel reads no file past its server");
  }

  /** Whether some session's file of that name is read by the kernel itself. */
  private boolean isTheKernels(String name) {
    try (Stream<Path> roots = Files.list(Path.of(node.io().mountState().folder()))) {
      return roots
          .flatMap(
              root -> node.io().rootReport(root.getFileName().toString()).use().shares().stream())
          .anyMatch(share -> share.name().endsWith(name) && share.passed());
    } catch (IOException | IoFailure e) {
      return false; // not begun yet
    }
  }

  /** Flips a bit of the cached file of that length. */
  private void rot(long bytes) throws IOException {
    try (Stream<Path> all = Files.walk(top.resolve("node-1/cache"))) {
      Path data = all.filter(path -> isData(path, bytes)).findFirst().orElseThrow();
      try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
        file.seek(bytes / 2);
        int was = file.read();
        file.seek(bytes / 2);
        file.write(was ^ 8);
      }
    }
  }

  private static boolean isData(Path path, long bytes) {
    return path.toString().endsWith(".data") && path.toFile().length() == bytes;
  }
}
