package dev.stoker.io.source.file;

import dev.stoker.io.asset.AssetVersion;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The version of a local file, of what the JDK's {@code unix} view tells of it. */
public final class LocalStamp {
  /** What the version is made of, as {@link java.nio.file.Files#readAttributes} takes names. */
  public static final String ATTRIBUTES = "size,lastModifiedTime,ctime,ino";

  private LocalStamp() {}

  /**
   * The version.
   *
   * @param found at least {@link #ATTRIBUTES}
   */
  public static AssetVersion.FileStamp of(Map<String, Object> found) {
    return new AssetVersion.FileStamp(
        number(found, "size").longValue(),
        time(found, "lastModifiedTime").to(TimeUnit.NANOSECONDS),
        time(found, "ctime").to(TimeUnit.NANOSECONDS),
        number(found, "ino").longValue());
  }

  /** One of the attributes that is a number. */
  public static Number number(Map<String, Object> found, String name) {
    return (Number) present(found.get(name), name);
  }

  /** One of the attributes that is a time. */
  public static FileTime time(Map<String, Object> found, String name) {
    return (FileTime) present(found.get(name), name);
  }

  private static Object present(@Nullable Object value, String name) {
    if (value == null) {
      throw new IllegalStateException("The file system does not tell " + name + ".");
    }
    return value;
  }
}
