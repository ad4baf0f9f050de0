package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetVersion;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One name directly in a folder that may be changed.
 *
 * @param version of a file or link; null for folders
 * @param lengthBytes of a file; 0 for others
 * @param look null where the origin keeps none
 * @param target where a link leads; null for others
 */
public record TreeItem(
    String name,
    Kind kind,
    @Nullable AssetVersion version,
    long lengthBytes,
    Instant modified,
    @Nullable FileLook look,
    @Nullable String target) {
  /** What has a name. */
  public enum Kind {
    FILE,
    FOLDER,
    LINK
  }
}
