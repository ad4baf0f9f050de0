package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Traces;
import dev.stoker.io.prefetch.AccessTrace;
import dev.stoker.io.prefetch.TraceForm;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real renderers that read through the farm's mount. */
@Timeout(180)
class MountedRendererTest {
  private static final String BLENDER = "blender -b $1 -o $2/f_#### -F PNG -f 1";
  private static final String POVRAY = "povray +I$1 +L$(dirname $1)/lib +O$2/f.png +W32 +H24 -D";

  @TempDir static Path scenes;
  @TempDir Path top;
  private MountedFarm farm;

  @BeforeAll
  static void makeScene() throws Exception {
    Path _ = LinkedScene.make(scenes, 0);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), log);
  }

  @BeforeEach
  void start() throws Exception {
    farm = new MountedFarm(top);
    Path show = scenes.resolve("show");
    try (Stream<Path> files = Files.walk(show)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        farm.serve(show.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    farm.startNode("node-1");
  }

  @AfterEach
  void end() {
    if (farm != null) {
      farm.close();
    }
  }

  private static int[] pixels(Path file) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  @Test
  void blenderRendersAShotWithALinkedLibraryOfWhichOnlyAPartComes() throws Exception {
    String job = farm.submit("shot.blend", BLENDER);
    farm.assertSucceeds(job);
    run(
        "blender",
        "-b",
        scenes.resolve("show/shot.blend").toString(),
        "-o",
        top + "/plain_####",
        "-F",
        "PNG",
        "-f",
        "1");
    assertArrayEquals(pixels(top.resolve("plain_0001.png")), pixels(top.resolve("out/f_0001.png")));
    String log = farm.log(job);
    assertTrue(log.contains("of its 3 input files") || log.contains("show/lib/forest.blend"), log);

    Traces.Kept kept = awaitTrace(job);
    AccessTrace trace = TraceForm.unpack(kept.trace());
    List<String> names = trace.files().stream().map(AccessTrace.UsedFile::path).toList();
    assertEquals("shot.blend", names.getFirst());
    assertTrue(names.containsAll(List.of("lib/forest.blend", "tex/wood.png")), names.toString());
    long library = names.indexOf("lib/forest.blend");
    long readBytes =
        trace.touches().stream()
            .filter(touch -> touch.file() == library)
            .mapToLong(touch -> touch.grains() * AccessTrace.GRAIN_BYTES)
            .sum();
    long lengthBytes = Files.size(scenes.resolve("show/lib/forest.blend"));
    assertTrue(readBytes < lengthBytes / 2, readBytes + " of " + lengthBytes);
  }

  private Traces.Kept awaitTrace(String job) {
    Until.holds(
        Duration.ofSeconds(20),
        () -> !farm.client.trace(job, "Render").trace().isEmpty(),
        () -> "no trace came");
    return farm.client.trace(job, "Render");
  }

  @Test
  void aTextureThatBlenderLacksFailsTheFrameAlsoWhereTheGuardWasSwitchedOff() throws Exception {
    Files.delete(farm.nginx.root().resolve("tex/wood.png"));
    String guard = "import bpy; h = bpy.app.handlers; h.render_init.clear(); h.render_pre.clear()";
    String job =
        farm.submit(
            "shot.blend",
            "blender -b $1 --python-expr '%s' -o $2/f_#### -F PNG -f 1 | grep -v Saved"
                .formatted(guard));
    Jobs.Summary ended = farm.awaitEnd(job);
    assertEquals(Jobs.State.FAILED, ended.state(), () -> farm.log(job));
    assertTrue(ended.message().contains("'show/tex/wood.png'"), ended.message());
    assertEquals(Cause.ASSET_MISSING, farm.task(job).attempts().getFirst().cause());
  }

  @Test
  void povrayFindsItsIncludesByTheirSearchPathAndFailsForOneThatIsNotThere() throws Exception {
    String good =
        """
        #include "stone.inc"
        camera { location <0, 1, -5> look_at 0 }
        light_source { <5, 8, -8> rgb 1 }
        sphere { 0, 1 texture { pigment { Stone } } }
        """;
    farm.serve("good.pov", good.getBytes(StandardCharsets.UTF_8));
    farm.serve(
        "lib/stone.inc", "#declare Stone = rgb <1, 0, 0>;\n".getBytes(StandardCharsets.UTF_8));
    farm.serve("bad.pov", good.replace("stone", "lost").getBytes(StandardCharsets.UTF_8));
    String found = farm.submit("good.pov", POVRAY);
    farm.assertSucceeds(found);
    String lost = farm.submit("bad.pov", POVRAY);
    Jobs.Summary ended = farm.awaitEnd(lost);
    assertEquals(Jobs.State.FAILED, ended.state());
    assertTrue(ended.message().contains("lost.inc"), ended.message());
  }
}
