package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetInfo;
import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a local file is seen to be.
 *
 * @param attributes of a regular file, links not followed
 * @param version the token of the origin version that it holds, where it is marked with one
 */
record LocalLook(BasicFileAttributes attributes, @Nullable String version) {
  /** Null where there is no regular file that can be looked at. */
  static @Nullable LocalLook at(Path file) {
    try {
      // Files.readAttributes fills in a stack trace for every file that is not there yet.
      BasicFileAttributes found =
          file.getFileSystem()
              .provider()
              .readAttributesIfExists(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return found != null && found.isRegularFile() ? of(file, found) : null;
    } catch (IOException e) {
      return null;
    }
  }

  static LocalLook of(Path file, BasicFileAttributes attributes) {
    return new LocalLook(attributes, VersionMark.version(file));
  }

  /** Whether the file is what {@code info} describes: by its mark, else by its time. */
  boolean is(AssetInfo info) {
    return attributes.size() == info.lengthBytes()
        && (version != null
            ? version.equals(info.version().token())
            : attributes
                .lastModifiedTime()
                .toInstant()
                .truncatedTo(ChronoUnit.SECONDS)
                .equals(info.modified().truncatedTo(ChronoUnit.SECONDS)));
  }
}
