package dev.stoker.io.asset;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an origin says of one file.
 *
 * @param path where it lies below its tree; the root when the tree is the file itself
 * @param version which content this describes
 * @param lengthBytes ≥ 0
 * @param modified when it last changed, by the origin's clock
 * @param contentMd5 Base64 of the MD5 that the origin stores, null where it stores none
 */
public record AssetInfo(
    AssetPath path,
    AssetVersion version,
    long lengthBytes,
    Instant modified,
    @Nullable String contentMd5) {

  /** Everything there is to read. */
  public ByteRange wholeRange() {
    return new ByteRange(0, lengthBytes);
  }
}
