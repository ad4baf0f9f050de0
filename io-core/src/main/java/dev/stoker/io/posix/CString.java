package dev.stoker.io.posix;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Texts as the C library takes them. Apart from {@link LibC}, which starts JNA. */
final class CString {
  private CString() {}

  /** UTF-8 and a NUL. */
  static byte[] of(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(utf8, utf8.length + 1);
  }
}
