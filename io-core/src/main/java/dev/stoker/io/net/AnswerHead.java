package dev.stoker.io.net;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Status and header fields of an answer. Fields stay bytes until somebody asks for one: an answer
 * to a range request carries ten fields and four are looked at.
 *
 * <p>Immutable, thread-safe.
 */
public final class AnswerHead {
  private final int status;
  private final byte[] raw;

  /** Four numbers a field: start and end of its name, start and end of its value. */
  private final int[] bounds;

  AnswerHead(int status, byte[] raw, int[] bounds) {
    this.status = status;
    this.raw = raw;
    this.bounds = bounds;
  }

  /** The status code, 100 to 599. */
  public int status() {
    return status;
  }

  /** The value of the first field of that name, in any case, or null. */
  public @Nullable String header(String name) {
    for (int i = 0; i < bounds.length; i += 4) {
      if (isNamed(i, name)) {
        return new String(
            raw, bounds[i + 2], bounds[i + 3] - bounds[i + 2], StandardCharsets.ISO_8859_1);
      }
    }
    return null;
  }

  /** Whether two fields of that name say different things. */
  boolean contradictsItself(String name) {
    String first = null;
    for (int i = 0; i < bounds.length; i += 4) {
      if (isNamed(i, name)) {
        String value =
            new String(
                raw, bounds[i + 2], bounds[i + 3] - bounds[i + 2], StandardCharsets.ISO_8859_1);
        if (first != null && !first.equals(value)) {
          return true;
        }
        first = value;
      }
    }
    return false;
  }

  /**
   * {@code Content-Length}, or -1 where there is none.
   *
   * @throws BadAnswerException when it is not a number
   */
  public long contentLength() {
    String text = header("Content-Length");
    if (text == null) {
      return -1;
    }
    // 18 digits: no overflow, and no server holds an exabyte.
    if (text.isEmpty() || text.length() > 18) {
      throw new BadAnswerException("its Content-Length is not a number");
    }
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        throw new BadAnswerException("its Content-Length is not a number");
      }
      length = length * 10 + digit - '0';
    }
    return length;
  }

  private boolean isNamed(int i, String name) {
    int start = bounds[i];
    if (bounds[i + 1] - start != name.length()) {
      return false;
    }
    for (int k = 0; k < name.length(); k++) {
      if (lower(raw[start + k]) != lower((byte) name.charAt(k))) {
        return false;
      }
    }
    return true;
  }

  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + 32 : b;
  }
}
