package dev.stoker.agent.usage;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads small files of the kernel's again and again into one buffer, and numbers out of it without
 * making text of them. Not thread-safe.
 */
final class ProcFile {
  /** A list of 16,384 processes, the most that a slot may have. */
  private static final int MOST_BYTES = 128 * 1024;

  private byte[] bytes = new byte[8 * 1024];
  private int length;
  private int at;

  /** Whether there is such a file that may be read; if so, its contents are what follows. */
  boolean read(String path) {
    length = 0;
    at = 0;
    try (FileInputStream in = new FileInputStream(path)) {
      while (true) {
        int got = in.read(bytes, length, bytes.length - length);
        if (got <= 0) {
          return true;
        }
        length += got;
        if (length == bytes.length) {
          if (length >= MOST_BYTES) {
            return true;
          }
          bytes = Arrays.copyOf(bytes, length * 2);
        }
      }
    } catch (IOException e) {
      return false; // it ended meanwhile, or is somebody else's
    }
  }

  /** The next decimal number, -1 when there is none. */
  long number() {
    while (at < length && !isDigit(bytes[at])) {
      at++;
    }
    if (at == length) {
      return -1;
    }
    long value = 0;
    while (at < length && isDigit(bytes[at])) {
      value = value * 10 + bytes[at++] - '0';
    }
    return value;
  }

  /** Goes behind the last closing parenthesis: a process's name before it may hold anything. */
  void skipName() {
    int last = length;
    while (last > 0 && bytes[last - 1] != ')') {
      last--;
    }
    at = Math.min(length, last + 1);
  }

  /** Goes over so many words; words are parted by single blanks. */
  void skipWords(int count) {
    for (int left = count; left > 0 && at < length; at++) {
      if (bytes[at] == ' ') {
        left--;
      }
    }
  }

  /** The byte that follows, 0 at the end. */
  char letter() {
    return at < length ? (char) bytes[at] : 0;
  }

  /** The number in the line that starts with {@code label}, -1 when there is none. */
  long labeled(String label) {
    for (int line = 0; line < length; line = nextLine(line)) {
      if (startsWith(line, label)) {
        at = line + label.length();
        return number();
      }
    }
    return -1;
  }

  private boolean startsWith(int from, String label) {
    if (from + label.length() > length) {
      return false;
    }
    for (int i = 0; i < label.length(); i++) {
      if (bytes[from + i] != label.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int nextLine(int from) {
    int end = from;
    while (end < length && bytes[end] != '\n') {
      end++;
    }
    return end + 1;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
