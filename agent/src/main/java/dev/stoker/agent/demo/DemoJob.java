package dev.stoker.agent.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.stoker.controller.protocol.Jobs;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The job that the demo submits: an OpenJD template with local paths, and what the paths mean. */
final class DemoJob {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private DemoJob() {}

  /**
   * @param sceneUri tree that the scene was pushed to
   * @param framesUri tree that the frames go to
   */
  static Jobs.Definition definition(
      DemoOptions options, PreparedScene scene, String sceneUri, String framesUri)
      throws IOException {
    Path frames = options.out().resolve("frames");
    return new Jobs.Definition(
        template(options.renderer()),
        List.of(),
        Map.of(
            "SceneFolder",
            scene.folder().toString(),
            "Output",
            frames.toString(),
            "Frames",
            frameRange(options.frames()),
            "Percent",
            Integer.toString(options.percent())),
        "",
        List.of(
            new Jobs.Location("scene", sceneUri, List.of(scene.folder().toString()), false),
            new Jobs.Location("frames", framesUri, List.of(frames.toString()), true)),
        "demo",
        50,
        // Its inputs do not come by trying again.
        1);
  }

  static JsonNode template(Renderer renderer) throws IOException {
    String name = renderer.command() + ".yaml";
    try (InputStream in = DemoJob.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name + " is not in Stoker's jar");
      }
      return YAML.readTree(in);
    }
  }

  /** Spreads the frames over the whole shot: {@code 1-239:34}. */
  static String frameRange(int frames) {
    if (frames == 1) {
      return "1";
    }
    int step = (DemoOptions.MOST_FRAMES - 1) / (frames - 1);
    return "1-%d:%d".formatted(1 + step * (frames - 1), step);
  }
}
