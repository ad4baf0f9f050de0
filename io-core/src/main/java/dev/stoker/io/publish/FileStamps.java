package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a file system says of a name, links not followed. */
final class FileStamps {
  private FileStamps() {}

  /** The stamp of what has this name, or null when nothing has it. */
  static AssetVersion.@Nullable FileStamp of(Path path) throws IOException {
    try {
      Map<String, Object> read =
          Files.readAttributes(
              path, "unix:size,lastModifiedTime,ctime,ino", LinkOption.NOFOLLOW_LINKS);
      return new AssetVersion.FileStamp(
          number(read.get("size")),
          nanos(read.get("lastModifiedTime")),
          nanos(read.get("ctime")),
          number(read.get("ino")));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static long number(@Nullable Object value) {
    return (Long) Objects.requireNonNull(value);
  }

  private static long nanos(@Nullable Object value) {
    return ((FileTime) Objects.requireNonNull(value)).to(TimeUnit.NANOSECONDS);
  }
}
