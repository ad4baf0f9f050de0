package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A shot that links from a library, made by Blender. */
final class LinkedScene {
  private LinkedScene() {}

  /**
   * Makes one in {@code folder}.
   *
   * @param heavyTextures how many of some 12 MB it has, beside the whole library; 0 for a light one
   * @return where {@code shot.blend} is
   */
  static Path make(Path folder, int heavyTextures) throws IOException, InterruptedException {
    Path script = folder.resolve("linked_scene.py");
    try (InputStream in = LinkedScene.class.getResourceAsStream("linked_scene.py")) {
      Files.copy(in, script);
    }
    Path made = folder.resolve("show");
    ProcessBuilder blender =
        new ProcessBuilder(
            "blender",
            "-b",
            "--python-exit-code",
            "1",
            "--python",
            script.toString(),
            "--",
            made.toString());
    blender.environment().put("SCENE_TEXTURES", Integer.toString(heavyTextures));
    Process process = blender.redirectErrorStream(true).start();
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), log);
    return made;
  }
}
