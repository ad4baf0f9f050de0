package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * A file or folder of this machine as content: how much it is, and the hash that names it.
 * Immutable; what the disk holds may have changed since, which {@link #requireUnchanged} tells.
 */
public final class LocalContent {
  private final Path source;
  private final boolean folder;
  private final TreeWalk.Found found;

  private LocalContent(Path source, boolean folder, TreeWalk.Found found) {
    this.source = source;
    this.folder = folder;
    this.found = found;
  }

  /**
   * Lists it; no file is read.
   *
   * @param mostFiles ≥ 1
   * @throws IoFailure when it cannot be listed, is neither file nor folder, or holds more files
   */
  public static LocalContent of(Path source, int mostFiles) {
    boolean folder = Files.isDirectory(source);
    TreeWalk.Found found =
        folder ? TreeWalk.find(source, mostFiles) : TreeWalk.Found.single(source);
    return new LocalContent(source, folder, found);
  }

  public Path source() {
    return source;
  }

  public int files() {
    return found.files().size();
  }

  /** Bytes in all its files. */
  public long lengthBytes() {
    return found.files().stream().mapToLong(LocalFile::lengthBytes).sum();
  }

  /** What lies in the folder and does not belong to the content, such as links out of it. */
  public List<PushSummary.Note> skipped() {
    return found.skipped();
  }

  /**
   * Reads every file. A file's hash is that of its bytes; a folder's is that of a list with a line
   * {@code HASH PATH} for each file, ended by a zero byte, in the order of the paths.
   *
   * @return SHA-256, 64 hexadecimal digits
   * @throws IoFailure when a file cannot be read
   */
  public String sha256() {
    if (!folder) {
      return sha256(found.files().getFirst());
    }
    MessageDigest list = newSha256();
    found.files().stream()
        .sorted(Comparator.comparing(file -> file.path().value()))
        .forEach(
            file ->
                list.update(
                    (sha256(file) + "  " + file.path().value() + "\0")
                        .getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(list.digest());
  }

  /**
   * @throws IoFailure.Changed when a file's length or mtime is not what it was, or a folder holds
   *     other files
   */
  public void requireUnchanged() {
    found.files().forEach(LocalFile::requireUnchanged);
    if (folder && !paths(TreeWalk.find(source)).equals(paths(found))) {
      throw new IoFailure.Changed(
          "Files came into the folder "
              + source
              + ", or left it, while it was read; try again when it is at rest.");
    }
  }

  private static List<AssetPath> paths(TreeWalk.Found found) {
    return found.files().stream().map(LocalFile::path).toList();
  }

  private static String sha256(LocalFile file) {
    MessageDigest digest = newSha256();
    ContentHashes.read(file, digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256 (MessageDigest).", e);
    }
  }
}
