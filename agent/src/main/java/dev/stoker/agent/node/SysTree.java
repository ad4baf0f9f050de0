package dev.stoker.agent.node;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Small files of sysfs, procfs and their like below a root. What is not there, or not readable, is
 * absent: an old or partial tree is described as far as it goes.
 *
 * <p>The root may hold {@code sys} and {@code proc}, be a copy of {@code /sys} or of {@code
 * /sys/devices/system}, or hold nothing but one folder of these kinds, as recorded machines do that
 * were packed with their name.
 */
final class SysTree {
  private final Path root;
  private final String sysPrefix;

  SysTree(Path root) {
    Path top = root;
    for (int depth = 0; depth < 2 && !isTree(top); depth++) {
      List<Path> inside = list(top);
      if (inside.size() != 1 || !Files.isDirectory(inside.getFirst())) {
        break;
      }
      top = inside.getFirst();
    }
    this.root = isTree(top) ? top : root;
    this.sysPrefix = prefixWithin(this.root);
  }

  private static boolean isTree(Path folder) {
    return Files.isDirectory(folder.resolve("proc"))
        || Files.isDirectory(folder.resolve("sys"))
        || !prefixWithin(folder).isEmpty();
  }

  /** Which part of the path to a file of sysfs the root stands for. */
  private static String prefixWithin(Path folder) {
    if (Files.isDirectory(folder.resolve("sys"))) {
      return "";
    }
    if (Files.isDirectory(folder.resolve("devices/system")) || isFolder(folder, "bus/pci")) {
      return "sys/";
    }
    return isFolder(folder, "cpu/cpu0") || isFolder(folder, "node/node0")
        ? "sys/devices/system/"
        : "";
  }

  private static boolean isFolder(Path folder, String name) {
    return Files.isDirectory(folder.resolve(name));
  }

  /** Where a path of the machine, such as {@code sys/devices/system/cpu}, lies. */
  Path at(String path) {
    String relative = path.startsWith("/") ? path.substring(1) : path;
    return root.resolve(
        relative.startsWith(sysPrefix) ? relative.substring(sysPrefix.length()) : relative);
  }

  boolean exists(String path) {
    try {
      return Files.exists(at(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  Optional<String> text(String path) {
    try {
      // Kernel files report a size of 0 or 4096, so they are read to their end.
      return Optional.of(
          new String(Files.readAllBytes(at(path)), java.nio.charset.StandardCharsets.ISO_8859_1)
              .strip());
    } catch (IOException | InvalidPathException | SecurityException e) {
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

  /** A set that all kernels write as a mask, and newer ones as a list, too. */
  Optional<CpuSet> cpus(String list, String mask) {
    return mask(mask).filter(set -> !set.isEmpty()).or(() -> cpus(list));
  }

  Optional<CpuSet> mask(String path) {
    try {
      return text(path).map(CpuSet::parseMask);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Where the reading process may run; kernels before 2.6.24 write a mask only. */
  Optional<CpuSet> affinity() {
    try {
      return line("proc/self/status", "Cpus_allowed_list:")
          .map(CpuSet::parse)
          .or(() -> line("proc/self/status", "Cpus_allowed:").map(CpuSet::parseMask));
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

  /** Reads {@code 0x10de} or {@code 10de}. */
  Optional<Integer> hex(String path) {
    try {
      return text(path)
          .map(text -> Integer.parseInt(text.startsWith("0x") ? text.substring(2) : text, 16));
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

  /** {@code "MemTotal: 16305044 kB"} in bytes, when {@code prefix} is {@code "MemTotal:"}. */
  Optional<Long> kibibytes(String path, String prefix) {
    return line(path, prefix)
        .flatMap(text -> toNumber(text.replace("kB", "").strip()))
        .filter(kib -> kib >= 0 && kib <= Long.MAX_VALUE >> 10)
        .map(kib -> kib << 10);
  }

  /** The names in a folder, sorted; none where there is no folder. */
  List<String> names(String folder) {
    return list(at(folder)).stream()
        .map(entry -> String.valueOf(entry.getFileName()))
        .sorted()
        .toList();
  }

  /** The numbers that follow {@code prefix} in the names within {@code folder}, ascending. */
  List<Integer> numbered(String folder, String prefix) {
    return names(folder).stream()
        .filter(name -> name.startsWith(prefix))
        .flatMap(name -> toNumber(name.substring(prefix.length())).stream())
        .filter(n -> n >= 0 && n < CpuSet.MOST_CPUS)
        .map(Long::intValue)
        .sorted()
        .toList();
  }

  private static List<Path> list(Path folder) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(found::add);
    } catch (IOException | DirectoryIteratorException | SecurityException e) {
      return List.copyOf(found);
    }
    return found;
  }
}
