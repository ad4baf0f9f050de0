package dev.stoker.io.source.nfs;

import dev.stoker.io.net.XdrReader;

/**
 * How much a server takes and gives at a time (FSINFO).
 *
 * @param readBytes most for a READ, at most 1 MiB
 * @param writeBytes most for a WRITE, at most 1 MiB
 * @param listBytes most for a page of a folder
 */
record TransferSizes(int readBytes, int writeBytes, int listBytes) {
  /** More brings no rate, and makes for long turns on a shared connection. */
  private static final int MOST_BYTES = 1 << 20;

  /** What RFC 1813 lets every server do. */
  private static final int LEAST_BYTES = 4 << 10;

  static final TransferSizes CAUTIOUS = new TransferSizes(32 << 10, 32 << 10, 32 << 10);

  static TransferSizes read(XdrReader in) {
    NfsAttributes.readOptional(in);
    int readMost = in.getInt();
    in.skip(8); // preferred read size and its multiple
    int writeMost = in.getInt();
    in.skip(8);
    int list = in.getInt();
    return new TransferSizes(
        bounded(readMost), bounded(writeMost), Math.max(32 << 10, bounded(list)));
  }

  private static int bounded(int bytes) {
    return bytes < 0 ? MOST_BYTES : Math.clamp(bytes & ~(LEAST_BYTES - 1), LEAST_BYTES, MOST_BYTES);
  }
}
