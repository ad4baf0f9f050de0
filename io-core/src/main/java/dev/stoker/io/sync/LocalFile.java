package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;

/**
 * A file to push, as it was when the tree was walked.
 *
 * @param path below the destination
 * @param file where its bytes are
 * @param lengthBytes ≥ 0
 * @param modified mtime
 */
record LocalFile(AssetPath path, Path file, long lengthBytes, Instant modified) {

  /** What is there now, links followed. */
  static LocalFile of(AssetPath path, Path file) throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    return new LocalFile(path, file, now.size(), now.lastModifiedTime().toInstant());
  }

  /** The same file as it is now, which is what will be read. */
  LocalFile again() {
    try {
      return of(path, file);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * @throws IoFailure.Changed when length or mtime are not the ones that this record has
   */
  void requireUnchanged() {
    LocalFile now = again();
    if (now.lengthBytes != lengthBytes || !Objects.equals(now.modified, modified)) {
      throw changed();
    }
  }

  IoFailure changed() {
    return new IoFailure.Changed(
        "Cannot push " + file + ": it changed while it was read; push again when it is at rest.");
  }

  IoFailure unreadable(IOException cause) {
    return new IoFailure.Disk(
        "Cannot read "
            + file
            + ": "
            + cause.getClass().getSimpleName()
            + " "
            + cause.getMessage()
            + ".",
        cause);
  }
}
