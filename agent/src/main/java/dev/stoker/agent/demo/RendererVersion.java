package dev.stoker.agent.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The renderer that is installed.
 *
 * @param text name and version
 */
record RendererVersion(String text) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern BLENDER = Pattern.compile("Blender \\d+\\.\\d+\\S*");
  private static final Pattern POVRAY = Pattern.compile("POV-Ray \\d+\\.\\d+\\S*");

  static RendererVersion find(Renderer renderer, Path folder, Consumer<AutoCloseable> onClose)
      throws IOException, InterruptedException {
    Path log = folder.resolve(renderer.command() + "-version.log");
    try (ChildProcess child =
        ChildProcess.start(
            renderer.command(), List.of(renderer.command(), "--version"), Map.of(), log)) {
      onClose.accept(child);
      Integer status = child.await(PATIENCE);
      Matcher found =
          (renderer == Renderer.BLENDER ? BLENDER : POVRAY).matcher(Files.readString(log));
      if (status != null && found.find()) {
        return new RendererVersion(found.group());
      }
    }
    throw new DemoFailure(
        "%s is not installed; run ./stoker demo without --no-install, or install the package %s."
            .formatted(renderer.command(), renderer.command()));
  }
}
