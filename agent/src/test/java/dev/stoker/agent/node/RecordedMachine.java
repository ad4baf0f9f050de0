package dev.stoker.agent.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Unpacks a machine of {@code machines/}: each line is a file's path and its text; {@code {0-3,8}}
 * in a path stands for that many files, and {@code {}} in the text for the number of the file.
 */
final class RecordedMachine {
  private RecordedMachine() {}

  static Path unpack(String name, Path root) {
    try (InputStream in =
        RecordedMachine.class.getResourceAsStream("machines/" + name + ".machine")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
        int equals = line.indexOf(" = ");
        put(root, line.substring(0, equals), line.substring(equals + 3).replace("\\n", "\n"));
      }
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(Path root, String path, String text) throws IOException {
    int open = path.indexOf('{');
    List<Integer> numbers =
        open < 0 ? List.of(0) : CpuSet.parse(path.substring(open + 1, path.indexOf('}'))).toList();
    for (int number : numbers) {
      String name =
          open < 0
              ? path
              : path.substring(0, open) + number + path.substring(path.indexOf('}') + 1);
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text.replace("{}", "" + number) + "\n");
    }
  }
}
