package dev.stoker.io.asset;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Percent-encoding of URI paths (RFC 3986 §2.1), over UTF-8. */
public final class Percent {
  private static final String UNRESERVED = "-._~!$&'()*+,;=:@/";

  private Percent() {}

  /** Encodes all but the characters that a path segment may hold as they are; {@code /} stays. */
  public static String encodePath(String path) {
    StringBuilder out = new StringBuilder(path.length() + 16);
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if ((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || UNRESERVED.indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append('%').append(hex(b >> 4)).append(hex(b));
      }
    }
    return out.toString();
  }

  /**
   * Decodes once.
   *
   * @throws IoFailure.Invalid when a {@code %} is not followed by two hexadecimal digits
   */
  public static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '%') {
        out.write(bytes[i]);
        continue;
      }
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
      if (low < 0) {
        throw new IoFailure.Invalid(
            "'" + text + "' has a '%' that no two hexadecimal digits follow; write '%25' for it.");
      }
      out.write(high << 4 | low);
      i += 2;
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static char hex(int nibble) {
    return "0123456789ABCDEF".charAt(nibble & 15);
  }
}
