package dev.stoker.io.mount.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is mounted, as /proc/self/mountinfo (proc(5)) tells: asking the mounts could hang. */
final class MountTable {
  private static final Path FILE = Path.of("/proc/self/mountinfo");

  private MountTable() {}

  /**
   * One mount.
   *
   * @param device major and minor number, as in {@code 0:42}
   * @param folder where
   * @param type such as {@code fuse.stoker}
   */
  record Mount(String device, Path folder, String type) {}

  /** The topmost mount at exactly that folder. */
  static Optional<Mount> at(Path folder) throws IOException {
    return all(Files.readAllLines(FILE)).stream()
        .filter(mount -> mount.folder().equals(folder))
        .reduce((under, over) -> over);
  }

  static List<Mount> all(List<String> lines) {
    return lines.stream().flatMap(line -> parse(line).stream()).toList();
  }

  private static Optional<Mount> parse(String line) {
    String[] fields = line.split(" ", -1);
    int dash = List.of(fields).indexOf("-");
    if (fields.length < 6 || dash < 6 || dash + 1 >= fields.length) {
      return Optional.empty();
    }
    return Optional.of(new Mount(fields[2], Path.of(unescaped(fields[4])), fields[dash + 1]));
  }

  /** Spaces, tabs, newlines and backslashes stand as three octal digits. */
  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 3 < text.length()) {
        plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
