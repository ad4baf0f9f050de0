package dev.stoker.io.publish;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One file that lies complete but invisible at its destination: a manifest entry.
 *
 * @param destination URI of the file, without credentials
 * @param lengthBytes ≥ 0
 * @param checksum {@code xxh64:} and 16 hexadecimal digits, over the whole content
 * @param blockIds ordered Base64 block ids where the destination is a blob, else empty
 * @param stagedName path of the staged file, relative to the destination's folder, where it is a
 *     file; else null
 * @param replaces ETag (or file stamp token) of what the destination held when staging began and
 *     this replaces; null when the destination must not exist
 */
public record StagedOutput(
    String destination,
    long lengthBytes,
    String checksum,
    List<String> blockIds,
    @Nullable String stagedName,
    @Nullable String replaces) {
  public StagedOutput {
    blockIds = List.copyOf(blockIds);
  }
}
