package dev.stoker.io.sync;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the destination holds under a name.
 *
 * @param lengthBytes ≥ 0
 * @param modified mtime of the file that it was made from, null where nobody recorded it
 * @param contentMd5 Base64, or null where none is stored
 * @param checksum {@code xxh64:…} as push recorded it, or null
 * @param version ETag where it is a blob, else empty
 */
record Existing(
    long lengthBytes,
    @Nullable Instant modified,
    @Nullable String contentMd5,
    @Nullable String checksum,
    String version) {
  /** NTFS and SMB keep 100 ns; a file that was copied there and back differs by less than this. */
  private static final Duration CLOCK_GRAIN = Duration.ofNanos(1_000);

  boolean hasSameTime(LocalFile file) {
    return modified != null
        && Duration.between(modified, file.modified()).abs().compareTo(CLOCK_GRAIN) < 0;
  }
}
