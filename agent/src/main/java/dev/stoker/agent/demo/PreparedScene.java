package dev.stoker.agent.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A scene on disk, ready to be pushed.
 *
 * @param folder holds it and nothing else
 * @param fingerprint of what made it: the same fingerprint is the same scene
 */
record PreparedScene(Path folder, String fingerprint, long files, long bytes) {

  static PreparedScene in(Path folder, String fingerprint) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> files = walk.filter(Files::isRegularFile).toList();
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      return new PreparedScene(folder, fingerprint, files.size(), bytes);
    }
  }
}
