package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import java.util.List;

/**
 * Bytes that came in, and who takes them.
 *
 * @param lease the buffer, or one share of it; released when all have taken theirs
 * @param priority of the request
 * @param parts may be empty
 */
record Delivery(BufferPool.Lease lease, Priority priority, List<Part> parts) {
  /**
   * @param want who takes it
   * @param range what it takes, in the asset
   * @param offsetInBuffer where that begins in the buffer
   */
  record Part(Want want, ByteRange range, long offsetInBuffer) {}

  /** What is taken, all told. */
  long bytes() {
    long bytes = 0;
    for (Part part : parts) {
      bytes += part.range().lengthBytes();
    }
    return bytes;
  }
}
