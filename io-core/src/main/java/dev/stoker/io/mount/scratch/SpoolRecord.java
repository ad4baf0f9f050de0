package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.sync.FileLook;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What the spool remembers of a file that the origin does not have yet, so that the next mount
 * finds it after a {@code kill -9}.
 *
 * @param path where it is to go
 * @param base the version that it replaces there; null for none
 * @param look mode and owner
 */
record SpoolRecord(AssetPath path, @Nullable AssetVersion base, FileLook look) {
  private static final String NONE = "none";

  /** Written beside and renamed: half a record is never read. */
  void write(Path file) throws IOException {
    Properties text = new Properties();
    text.setProperty("path", path.value());
    text.setProperty("base", base == null ? NONE : base.token());
    text.setProperty("mode", Integer.toOctalString(look.mode()));
    text.setProperty("uid", Integer.toString(look.uid()));
    text.setProperty("gid", Integer.toString(look.gid()));
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (Writer out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
      text.store(out, null);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Reads one.
   *
   * @throws IOException when it is none
   */
  static SpoolRecord read(Path file) throws IOException {
    Properties text = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      text.load(in);
      return new SpoolRecord(
          new AssetPath(text.getProperty("path", "")),
          version(text.getProperty("base", NONE)),
          new FileLook(
              Integer.parseInt(text.getProperty("mode", "644"), 8),
              Integer.parseInt(text.getProperty("uid", "0")),
              Integer.parseInt(text.getProperty("gid", "0"))));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is no record of a spool: " + e.getMessage(), e);
    }
  }

  private static @Nullable AssetVersion version(String token) {
    if (token.equals(NONE)) {
      return null;
    }
    if (token.startsWith("etag:")) {
      return new AssetVersion.ETag(token.substring(5));
    }
    String[] parts = token.split(":", -1);
    if (parts.length != 5 || !parts[0].equals("file")) {
      throw new IllegalArgumentException("'" + token + "' is no version.");
    }
    return new AssetVersion.FileStamp(
        Long.parseLong(parts[1]),
        Long.parseLong(parts[2]),
        Long.parseLong(parts[3]),
        Long.parseLong(parts[4]));
  }
}
