package dev.stoker.agent.node;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Small files of sysfs and procfs below a root. What is not there, or not readable, is absent: an
 * old or partial tree is described as far as it goes.
 */
final class SysTree {
  private final Path root;

  SysTree(Path root) {
    this.root = root;
  }

  Optional<String> text(String path) {
    try {
      // Kernel files report a size of 0 or 4096, so they are read to their end.
      return Optional.of(Files.readString(root.resolve(path)).strip());
    } catch (IOException | SecurityException e) {
      return Optional.empty();
    }
  }

  Optional<CpuSet> cpus(String path) {
    try {
      return text(path).map(CpuSet::parse);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  Optional<Long> number(String path) {
    return text(path).flatMap(SysTree::toNumber);
  }

  static Optional<Long> toNumber(String text) {
    try {
      return Optional.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The rest of the first line that starts with {@code prefix}. */
  Optional<String> line(String path, String prefix) {
    return text(path)
        .flatMap(
            text ->
                text.lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip())
                    .findFirst());
  }

  /** The numbers that follow {@code prefix} in the names within {@code folder}, ascending. */
  List<Integer> numbered(String folder, String prefix) {
    List<Integer> numbers = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder))) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.startsWith(prefix)) {
          toNumber(name.substring(prefix.length())).ifPresent(n -> numbers.add(n.intValue()));
        }
      }
    } catch (IOException e) {
      return List.of();
    }
    numbers.sort(null);
    return numbers;
  }
}
