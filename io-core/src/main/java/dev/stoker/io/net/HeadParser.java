package dev.stoker.io.net;

import java.util.Arrays;
import java.util.Locale;

/**
 * Reads the head of an answer (RFC 9112 §4, §5): pure, and strict as {@link AnswerDecoder} says.
 */
final class HeadParser {
  private HeadParser() {}

  /**
   * Reads a complete head, empty line included.
   *
   * @throws BadAnswerException when it is none
   */
  static AnswerHead parse(byte[] raw, int maxFields) {
    int end = lineEnd(raw, 0);
    int status = status(raw, end);
    int[] bounds = new int[64];
    int used = 0;
    int at = nextLine(raw, end);
    while (true) {
      end = lineEnd(raw, at);
      if (end == at) {
        return new AnswerHead(status, raw, Arrays.copyOf(bounds, used));
      }
      if (used == maxFields * 4) {
        throw new BadAnswerException("it has more than " + maxFields + " header fields");
      }
      if (used == bounds.length) {
        bounds = Arrays.copyOf(bounds, used * 2);
      }
      field(raw, at, end, bounds, used);
      used += 4;
      at = nextLine(raw, end);
    }
  }

  /** Whether the peer keeps the connection open after this answer (RFC 9112 §9.3). */
  static boolean keepsAlive(byte[] raw, AnswerHead head) {
    boolean oneDotOne = raw[7] == '1';
    String connection = head.header("Connection");
    if (connection == null) {
      return oneDotOne;
    }
    String said = connection.toLowerCase(Locale.ROOT);
    return !said.contains("close") && (oneDotOne || said.contains("keep-alive"));
  }

  private static int status(byte[] raw, int end) {
    if (end < 12
        || raw[0] != 'H'
        || raw[1] != 'T'
        || raw[2] != 'T'
        || raw[3] != 'P'
        || raw[4] != '/'
        || raw[5] != '1'
        || raw[6] != '.'
        || (raw[7] != '0' && raw[7] != '1')
        || raw[8] != ' '
        || (end > 12 && raw[12] != ' ')) {
      throw new BadAnswerException("it does not begin like an HTTP/1.1 answer");
    }
    int status = 0;
    for (int i = 9; i < 12; i++) {
      if (raw[i] < '0' || raw[i] > '9') {
        throw new BadAnswerException("its status is not a number");
      }
      status = status * 10 + raw[i] - '0';
    }
    if (status < 100 || status > 599) {
      throw new BadAnswerException("its status is " + status);
    }
    return status;
  }

  private static void field(byte[] raw, int start, int end, int[] bounds, int used) {
    int colon = start;
    while (colon < end && raw[colon] != ':') {
      // Control characters, blanks (also those of a folded line) and bytes above ASCII.
      if (raw[colon] <= ' ' || raw[colon] == 127) {
        throw new BadAnswerException("the name of a header field holds a character it may not");
      }
      colon++;
    }
    if (colon == end || colon == start) {
      throw new BadAnswerException("a header field has no name or no colon");
    }
    int from = colon + 1;
    int to = end;
    while (from < to && isBlank(raw[from])) {
      from++;
    }
    while (to > from && isBlank(raw[to - 1])) {
      to--;
    }
    for (int i = from; i < to; i++) {
      if (raw[i] == 0 || raw[i] == '\r') {
        throw new BadAnswerException("the value of a header field holds a character it may not");
      }
    }
    bounds[used] = start;
    bounds[used + 1] = colon;
    bounds[used + 2] = from;
    bounds[used + 3] = to;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  /** The end of the line that begins at {@code from}, without its CR and LF. */
  private static int lineEnd(byte[] raw, int from) {
    int i = from;
    while (raw[i] != '\n') {
      i++;
    }
    return i > from && raw[i - 1] == '\r' ? i - 1 : i;
  }

  private static int nextLine(byte[] raw, int lineEnd) {
    return raw[lineEnd] == '\r' ? lineEnd + 2 : lineEnd + 1;
  }
}
