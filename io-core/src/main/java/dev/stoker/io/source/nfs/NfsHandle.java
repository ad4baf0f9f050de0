package dev.stoker.io.source.nfs;

import java.util.Arrays;
import java.util.HexFormat;

/** How a server names a file: at most 64 bytes that only it can read. Immutable. */
final class NfsHandle {
  static final int MAX_BYTES = 64;

  private final byte[] bytes;

  NfsHandle(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NfsHandle handle && Arrays.equals(bytes, handle.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
