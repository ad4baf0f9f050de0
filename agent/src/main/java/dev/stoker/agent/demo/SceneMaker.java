package dev.stoker.agent.demo;

import dev.stoker.agent.demo.scene.SceneInputs;
import dev.stoker.agent.launch.FolderTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Makes the scene once and keeps it, by the fingerprint of what makes it. */
final class SceneMaker {
  /** Seconds on an idle machine; a machine at its limits may need minutes. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Path kept;
  private final Consumer<String> say;
  private final Consumer<AutoCloseable> onClose;

  /**
   * @param kept where scenes are kept
   * @param onClose told of each child, so that it ends with the demo
   */
  SceneMaker(Path kept, Consumer<String> say, Consumer<AutoCloseable> onClose) {
    this.kept = kept;
    this.say = say;
    this.onClose = onClose;
  }

  PreparedScene prepare(Renderer renderer) throws IOException, InterruptedException {
    String fingerprint = SceneInputs.fingerprint();
    Path folder = kept.resolve(renderer.command() + "-" + fingerprint);
    if (!Files.isDirectory(folder)) {
      say.accept("Making the scene; this is done once.");
      Files.createDirectories(kept);
      Path part = Files.createTempDirectory(kept, "making-");
      try {
        make(renderer, part);
        dropOthers(renderer, part);
        Files.move(part.resolve("scene"), folder, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        FolderTree.delete(part);
      }
    }
    return PreparedScene.in(folder, fingerprint);
  }

  private void make(Renderer renderer, Path part) throws IOException, InterruptedException {
    Path scene = part.resolve("scene");
    switch (renderer) {
      case BLENDER -> {
        Path raw = part.resolve("raw");
        SceneInputs.write(raw, scene.resolve("textures"));
        Path script = part.resolve("landscape.py");
        Files.write(script, SceneInputs.blenderScript());
        assemble(script, raw, scene, part.resolve("blender.log"));
      }
      case POVRAY -> SceneInputs.writePovray(scene);
    }
  }

  private void assemble(Path script, Path raw, Path scene, Path log)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "blender",
            "--background",
            "--factory-startup",
            "--python-exit-code",
            "1",
            "--python",
            script.toString(),
            "--",
            raw.toString(),
            scene.toString());
    try (ChildProcess blender = ChildProcess.start("blender", command, Map.of(), log)) {
      onClose.accept(blender);
      Integer status = blender.await(PATIENCE);
      if (status == null || status != 0) {
        throw new DemoFailure(
            "Blender could not assemble the scene%s; its last words were: %s"
                .formatted(
                    status == null ? " within " + PATIENCE.toMinutes() + " minutes" : "",
                    lastLines(log)));
      }
    }
  }

  static String lastLines(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList();
    return String.join(" / ", lines.subList(Math.max(0, lines.size() - 4), lines.size()));
  }

  private void dropOthers(Renderer renderer, Path part) throws IOException {
    try (Stream<Path> entries = Files.list(kept)) {
      for (Path other : entries.toList()) {
        String name = other.getFileName().toString();
        if (!other.equals(part) && name.startsWith(renderer.command() + "-")) {
          FolderTree.delete(other);
        }
      }
    }
  }
}
