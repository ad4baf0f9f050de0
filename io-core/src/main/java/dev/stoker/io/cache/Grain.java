package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;

/**
 * The unit of presence and checksum: 64 KiB of a file. Small enough that a cold random read costs
 * about what it asks for, large enough that its 8-byte checksum is 0.012 % of the data.
 */
final class Grain {
  static final int BYTES = 64 << 10;

  private Grain() {}

  /** How many grains a file has; the last one may be short. */
  static int count(long lengthBytes) {
    return Math.toIntExact((lengthBytes + BYTES - 1) / BYTES);
  }

  static int at(long offset) {
    return (int) (offset / BYTES);
  }

  static long offset(int grain) {
    return (long) grain * BYTES;
  }

  /** Bytes of one grain of a file of that length. */
  static int length(int grain, long lengthBytes) {
    return (int) Math.min(BYTES, lengthBytes - offset(grain));
  }

  /** The bytes of grains {@code first} up to {@code end}, cut at the file's end. */
  static ByteRange range(int first, int end, long lengthBytes) {
    long from = offset(first);
    return new ByteRange(from, Math.min(offset(end), lengthBytes) - from);
  }

  /** Disk that grains {@code first} up to {@code end} take: whole 4 KiB blocks. */
  static long diskBytes(int first, int end, long lengthBytes) {
    long bytes = range(first, end, lengthBytes).lengthBytes();
    return (bytes + 4095) & ~4095L;
  }
}
