package dev.stoker.io.source.nfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which permissions new files of this process lack (umask(2)). */
final class Umask {
  private static final int USUAL = 022;

  static final int MASK = read();

  private Umask() {}

  private static int read() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("Umask:")) {
          return Integer.parseInt(line.substring(6).strip(), 8);
        }
      }
    } catch (IOException | NumberFormatException e) {
      // As nearly everybody has it.
    }
    return USUAL;
  }
}
