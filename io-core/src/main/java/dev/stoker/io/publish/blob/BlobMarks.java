package dev.stoker.io.publish.blob;

import org.jspecify.annotations.Nullable;

/**
 * What we write into a blob's metadata to know it again. Names are C# identifiers in lower case, as
 * the service wants them.
 *
 * @param fence the attempt that published it
 * @param checksum of the whole content, as manifests have it
 * @param modified mtime of the file it was made from, in RFC 3339; the name {@code mtime} is the
 *     one that rclone reads and writes
 */
public record BlobMarks(
    @Nullable String fence, @Nullable String checksum, @Nullable String modified) {
  static final String FENCE = "stoker_fence";
  static final String CHECKSUM = "stoker_checksum";
  static final String MODIFIED = "mtime";

  public static final BlobMarks NONE = new BlobMarks(null, null, null);
}
