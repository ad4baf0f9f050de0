package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.Mounts;
import dev.stoker.io.source.file.LocalStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** Versions and looks of local files, links not followed. */
final class FileStamps {
  private static final int MODE_BITS = 07777;

  private FileStamps() {}

  /** The version. */
  static AssetVersion.FileStamp of(Path file) throws IOException {
    return LocalStamp.of(read(file, "unix:" + LocalStamp.ATTRIBUTES));
  }

  static Map<String, Object> read(Path file, String attributes) throws IOException {
    return Files.readAttributes(file, attributes, LinkOption.NOFOLLOW_LINKS);
  }

  /** The file there is {@code version}. */
  static void require(Path file, AssetVersion version) throws IOException {
    try {
      if (of(file).equals(version)) {
        return;
      }
    } catch (NoSuchFileException e) {
      throw new IoFailure.Fenced("Cannot change " + file + ": somebody took it away.");
    }
    throw new IoFailure.Fenced("Cannot change " + file + ": somebody else changed it.");
  }

  /** What is there now, if it is still the file that was put there: a rename changes its ctime. */
  static AssetVersion.FileStamp afterMove(Path file, AssetVersion.FileStamp moved)
      throws IOException {
    try {
      AssetVersion.FileStamp now = of(file);
      if (now.fileId() == moved.fileId()
          && now.lengthBytes() == moved.lengthBytes()
          && now.modifiedNanos() == moved.modifiedNanos()) {
        return now;
      }
    } catch (NoSuchFileException e) {
      // As below.
    }
    throw new IoFailure.Fenced("Somebody replaced " + file + " while it was written.");
  }

  /**
   * Sets the owner, if this process is root, and then the mode: a change of owner clears the bits
   * that let others act as him.
   */
  static void setLook(Path file, FileLook look) throws IOException {
    Map<String, Object> now = read(file, "unix:uid,gid,mode");
    boolean root = Mounts.uid() == 0;
    if (root && !Integer.valueOf(look.uid()).equals(now.get("uid"))) {
      Files.setAttribute(file, "unix:uid", look.uid(), LinkOption.NOFOLLOW_LINKS);
    }
    if (root && !Integer.valueOf(look.gid()).equals(now.get("gid"))) {
      Files.setAttribute(file, "unix:gid", look.gid(), LinkOption.NOFOLLOW_LINKS);
    }
    Files.setAttribute(file, "unix:mode", look.mode() & MODE_BITS);
  }
}
