package dev.stoker.io.asset;

/**
 * The bytes {@code [offset, offset + lengthBytes)} of one asset version.
 *
 * @param offset first byte, ≥ 0
 * @param lengthBytes number of bytes, ≥ 0
 */
public record ByteRange(long offset, long lengthBytes) {
  public ByteRange {
    if (offset < 0 || lengthBytes < 0 || offset + lengthBytes < 0) {
      throw new IllegalArgumentException(
          "Not a byte range: offset " + offset + ", length " + lengthBytes + ".");
    }
  }

  /** The range from {@code start} up to but without {@code end}. */
  public static ByteRange between(long start, long end) {
    return new ByteRange(start, end - start);
  }

  /** The offset just past the last byte. */
  public long end() {
    return offset + lengthBytes;
  }

  public boolean isEmpty() {
    return lengthBytes == 0;
  }

  /**
   * The value of an HTTP {@code Range} header for this range (RFC 9110 §14.1.2); only for a range
   * that is not empty.
   */
  public String httpHeader() {
    return "bytes=" + offset + "-" + (end() - 1);
  }
}
