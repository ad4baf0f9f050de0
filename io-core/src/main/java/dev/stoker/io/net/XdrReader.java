package dev.stoker.io.net;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads XDR (RFC 4506) that a peer sent. Every length is checked against what is there before
 * anything is allocated. Not thread-safe.
 */
public final class XdrReader {
  private final byte[] bytes;
  private final int limit;
  private int at;

  /** Reads {@code bytes} from {@code start} up to but without {@code limit}. */
  public XdrReader(byte[] bytes, int start, int limit) {
    this.bytes = bytes;
    this.at = start;
    this.limit = limit;
  }

  public XdrReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  public int remaining() {
    return limit - at;
  }

  public int getInt() {
    require(4);
    int value = intAt(bytes, at);
    at += 4;
    return value;
  }

  public long getLong() {
    long high = getInt();
    return (high << 32) | (getInt() & 0xffff_ffffL);
  }

  /** As every implementation has it: all but 0 is true. */
  public boolean getBoolean() {
    return getInt() != 0;
  }

  /** Bytes of a length that both sides know. */
  public byte[] getFixed(int count) {
    int space = XdrWriter.padded(count);
    require(space);
    byte[] data = Arrays.copyOfRange(bytes, at, at + count);
    at += space;
    return data;
  }

  /**
   * Bytes behind their number.
   *
   * @throws BadXdrException when there are more than {@code most}
   */
  public byte[] getOpaque(int most) {
    int count = getInt();
    if (count < 0 || count > most) {
      throw new BadXdrException(
          "it holds " + (count & 0xffff_ffffL) + " bytes where " + most + " may be");
    }
    return getFixed(count);
  }

  /** Text of at most {@code most} bytes; what is no UTF-8 becomes U+FFFD. */
  public String getString(int most) {
    return new String(getOpaque(most), StandardCharsets.UTF_8);
  }

  public void skip(int count) {
    require(count);
    at += count;
  }

  static int intAt(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 24)
        | ((bytes[at + 1] & 0xff) << 16)
        | ((bytes[at + 2] & 0xff) << 8)
        | (bytes[at + 3] & 0xff);
  }

  private void require(int count) {
    if (count < 0 || limit - at < count) {
      throw new BadXdrException("it ends in the middle of a value");
    }
  }

  /** What came is no such value; the message completes "because …". */
  public static final class BadXdrException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadXdrException(String message) {
      super(message);
    }
  }
}
