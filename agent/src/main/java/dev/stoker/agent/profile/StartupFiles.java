package dev.stoker.agent.profile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lays a profile's start-up files into a session and says which variables lead renderers there. */
final class StartupFiles {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(folder|env\\.(\\w+))}");

  /**
   * What a shell searches when nobody set PATH: confstr(_CS_PATH) and where packages install to.
   */
  private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

  private StartupFiles() {}

  static Path folder(RendererProfile profile, Path sessionFolder) {
    return sessionFolder.resolve(".stoker-renderers").resolve(profile.name());
  }

  static void lay(RendererProfile profile, Path sessionFolder) {
    Path folder = folder(profile, sessionFolder);
    try {
      for (Map.Entry<String, byte[]> file : profile.files().entrySet()) {
        Path target = folder.resolve(file.getKey()).normalize();
        if (!target.startsWith(folder)) {
          throw new IOException("its file " + file.getKey() + " leaves its folder");
        }
        if (!Files.exists(target)) {
          Files.createDirectories(target.getParent());
          place(file.getValue(), target);
        }
      }
      String notes = profile.notes();
      if (notes != null && !Files.exists(folder.resolve(notes))) {
        Files.createDirectories(folder);
        // The job's user appends to it; the session's folder keeps everybody else out.
        Files.createFile(folder.resolve(notes));
        Files.setPosixFilePermissions(
            folder.resolve(notes), PosixFilePermissions.fromString("rw-rw-rw-"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot lay the start-up files of " + profile.name() + " into " + folder, e);
    }
  }

  private static void place(byte[] content, Path target) throws IOException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    Files.write(part, content);
    boolean isScript = content.length > 1 && content[0] == '#' && content[1] == '!';
    Files.setPosixFilePermissions(
        part, PosixFilePermissions.fromString(isScript ? "rwxr-xr-x" : "rw-r--r--"));
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Variables to add; one whose template wants a variable that the action lacks is left out. */
  static Map<String, String> environment(
      RendererProfile profile, Path sessionFolder, Map<String, String> actionEnvironment) {
    Map<String, String> added = new TreeMap<>();
    String folder = folder(profile, sessionFolder).toString();
    profile
        .environment()
        .forEach(
            (name, template) -> {
              String value = fill(template, folder, actionEnvironment);
              if (value != null) {
                added.put(name, value);
              }
            });
    return added;
  }

  private static @Nullable String fill(
      String template, String folder, Map<String, String> actionEnvironment) {
    Matcher matcher = PLACEHOLDER.matcher(template);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      String variable = matcher.group(2);
      String value = variable == null ? folder : actionEnvironment.get(variable);
      if (value == null && "PATH".equals(variable)) {
        value = DEFAULT_PATH;
      }
      if (value == null || (value.equals(folder) && variable != null)) {
        return null; // The latter: the variables already hold what this method added before.
      }
      matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(filled).toString();
  }

  /** Takes the lines that start-up scripts left beside the log, and empties the file. */
  static List<String> takeNotes(RendererProfile profile, Path sessionFolder) {
    List<String> lines = new ArrayList<>();
    String notes = profile.notes();
    Path file = folder(profile, sessionFolder).resolve(notes == null ? "" : notes);
    if (notes == null || !Files.isRegularFile(file)) {
      return lines;
    }
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      while (line != null && lines.size() < ProfileLogReader.MAX_MISSING) {
        lines.add(line);
        line = reader.readLine();
      }
      Files.write(file, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the notes of " + profile.name(), e);
    }
    return lines;
  }
}
