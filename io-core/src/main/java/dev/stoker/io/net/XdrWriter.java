package dev.stoker.io.net;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes XDR (RFC 4506): big-endian, everything padded to four bytes. Not thread-safe. */
public final class XdrWriter {
  private byte[] bytes = new byte[128];
  private int length;

  public XdrWriter putInt(int value) {
    reserve(4);
    bytes[length++] = (byte) (value >> 24);
    bytes[length++] = (byte) (value >> 16);
    bytes[length++] = (byte) (value >> 8);
    bytes[length++] = (byte) value;
    return this;
  }

  public XdrWriter putLong(long value) {
    return putInt((int) (value >> 32)).putInt((int) value);
  }

  public XdrWriter putBoolean(boolean value) {
    return putInt(value ? 1 : 0);
  }

  /** Bytes of a length that both sides know (§4.9). */
  public XdrWriter putFixed(byte[] data) {
    reserve(padded(data.length));
    System.arraycopy(data, 0, bytes, length, data.length);
    length += padded(data.length);
    return this;
  }

  /** Bytes behind their number (§4.10). */
  public XdrWriter putOpaque(byte[] data) {
    return putInt(data.length).putFixed(data);
  }

  /** UTF-8, as every server of today takes names. */
  public XdrWriter putString(String text) {
    return putOpaque(text.getBytes(StandardCharsets.UTF_8));
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  static int padded(int count) {
    return (count + 3) & ~3;
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
