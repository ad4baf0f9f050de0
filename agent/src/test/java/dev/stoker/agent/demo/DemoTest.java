package dev.stoker.agent.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.sync.PushRequest;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The demo as the README has it, with the real renderers and a tenth of the resolution. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoTest {
  private static final int PERCENT = 10;

  /** Shared: the scene is made once, as for a person who runs the demo again. */
  @TempDir static Path data;

  @TempDir Path out;

  private final StringWriter said = new StringWriter();

  private DemoOptions options(Renderer renderer, int frames) {
    return new DemoOptions(frames, out, data, false, false, renderer, PERCENT);
  }

  private int run(DemoOptions options) throws InterruptedException {
    try (Demo demo =
        new Demo(options, System.getenv(), new PrintWriter(said, true), false, "test")) {
      return demo.run();
    }
  }

  private static Path only(Path folder, String start) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> entry.getFileName().toString().startsWith(start))
          .findFirst()
          .orElseThrow();
    }
  }

  private static int[] pixels(Path file) throws IOException {
    BufferedImage image = ContactSheet.read(file);
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  private List<String> publishedFrames() throws IOException {
    try (Stream<Path> files = Files.list(out.resolve("frames"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void assertPictures(int[] first, int[] last) {
    assertFalse(Arrays.equals(first, last), "The frames are alike.");
    for (int[] frame : List.of(first, last)) {
      long bright = Arrays.stream(frame).filter(rgb -> (rgb >> 8 & 0xFF) > 40).count();
      assertTrue(bright > frame.length / 4, "A frame is (nearly) black.");
    }
  }

  @Test
  @Order(1)
  void theFarmsFramesAreWhatPlainBlenderRenders() throws Exception {
    assertEquals(0, run(options(Renderer.BLENDER, 2)), said::toString);
    assertEquals(List.of("frame_0001.png", "frame_0240.png"), publishedFrames());
    int[] first = pixels(out.resolve("frames/frame_0001.png"));
    int[] last = pixels(out.resolve("frames/frame_0240.png"));
    assertPictures(first, last);

    Path scene = only(data.resolve("scenes"), "blender-");
    List<String> command = new ArrayList<>(List.of("blender", "-b", scene + "/shot.blend"));
    command.addAll(
        List.of(
            "--python-expr",
            "import bpy; bpy.context.scene.render.resolution_percentage = " + PERCENT));
    command.addAll(List.of("-o", out + "/plain_####", "-F", "PNG", "-f", "1,240"));
    Path log = out.resolve("plain.log");
    Process plain =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertEquals(0, plain.waitFor(), () -> "see " + log);
    assertArrayEquals(pixels(out.resolve("plain_0001.png")), first);
    assertArrayEquals(pixels(out.resolve("plain_0240.png")), last);

    assertTrue(Files.size(scene.resolve("library/island.blend")) >= 100_000_000);
    assertTrue(Files.readString(out.resolve("report.html")).contains("<svg"));
    assertEquals(
        2 * (480 + 12) + 12, ContactSheet.read(out.resolve("contact-sheet.png")).getWidth());
  }

  @Test
  @Order(2)
  void aTextureThatIsGoneFromBlobFailsTheJobByNameAndNothingIsPublished() throws Exception {
    DemoOptions options = options(Renderer.BLENDER, 1);
    PreparedScene scene =
        new SceneMaker(data.resolve("scenes"), sentence -> {}, child -> {})
            .prepare(Renderer.BLENDER);
    try (EmulatedStorage storage = EmulatedStorage.start(data.resolve("azurite"), System.getenv());
        LocalFarm farm = LocalFarm.start(data.resolve("node"), storage, "test")) {
      String sceneUri = storage.uri("scenes/maimed/");
      String framesUri = storage.uri("frames/maimed/");
      farm.newPush()
          .push(
              PushRequest.of(scene.folder(), AssetUri.parse(sceneUri)).creatingContainer(),
              Deadline.after(Duration.ofMinutes(2)),
              progress -> {});
      delete(farm, sceneUri, "textures/balloon_red.png");
      String jobId =
          farm.client()
              .submit(DemoJob.definition(options, scene, sceneUri, framesUri), "maimed")
              .jobId();
      Jobs.Summary job = awaitEnd(farm, jobId);
      assertEquals(Jobs.State.FAILED, job.state(), job::toString);
      assertTrue(job.message().contains("balloon_red.png"), job::message);
      assertEquals(List.of(), farm.client().outputs(jobId, null, 10).outputs());
      try (AssetSource frames = farm.open(framesUri)) {
        Deadline soon = Deadline.after(Duration.ofSeconds(10));
        assertThrows(
            IoFailure.NotFound.class,
            () -> frames.list(AssetPath.ROOT, soon, file -> said.append(file.toString())),
            said::toString);
      }
    }
  }

  @Test
  @Order(3)
  void povrayDoesTheSameAndASecondRunPushesNothing() throws Exception {
    assertEquals(0, run(options(Renderer.POVRAY, 2)), said::toString);
    assertPictures(
        pixels(out.resolve("frames/frame_0001.png")), pixels(out.resolve("frames/frame_0240.png")));
    said.getBuffer().setLength(0);
    assertEquals(0, run(options(Renderer.POVRAY, 2)), said::toString);
    assertFalse(said.toString().contains("Making the scene"), said::toString);
    assertTrue(
        said.toString().contains("100 % of the input was on the node already"), said::toString);
  }

  private static Jobs.Summary awaitEnd(LocalFarm farm, String jobId) {
    long version = 0;
    Deadline deadline = Deadline.after(Duration.ofMinutes(3));
    while (!deadline.hasPassed()) {
      Jobs.Update update = farm.client().watch(jobId, version);
      version = update.version();
      if (update.job().state().isFinal()) {
        return update.job();
      }
    }
    throw new AssertionError("The job did not end.");
  }

  private static void delete(LocalFarm farm, String tree, String path) throws Exception {
    BlobUri uri = (BlobUri) AssetUri.parse(tree).resolve(AssetPath.of(path));
    var account = farm.accounts().accountOf(uri);
    var answer =
        account
            .send(
                account.call("DELETE", uri.container(), uri.path(), ""),
                Deadline.after(Duration.ofSeconds(10)))
            .get();
    assertEquals(202, answer.status());
  }
}
