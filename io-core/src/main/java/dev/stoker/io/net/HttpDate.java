package dev.stoker.io.net;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dates in header fields (RFC 9110 §5.6.7). The one form that servers send is read by place: the
 * JDK's formatter costs as much as all the rest of a small answer.
 */
public final class HttpDate {
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");

  /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  private static final int FIXED_CHARS = 29;

  private HttpDate() {}

  /** The moment, or null when {@code text} is no such date. */
  public static @Nullable Instant parse(String text) {
    try {
      if (text.length() == FIXED_CHARS
          && text.startsWith(", ", 3)
          && text.endsWith(" GMT")
          && text.charAt(19) == ':'
          && text.charAt(22) == ':') {
        int month = MONTHS.indexOf(text.substring(8, 11));
        if (month >= 0 && month % 3 == 0) {
          LocalDateTime moment =
              LocalDateTime.of(
                  number(text, 12, 16),
                  month / 3 + 1,
                  number(text, 5, 7),
                  number(text, 17, 19),
                  number(text, 20, 22),
                  number(text, 23, 25));
          boolean itsDay = text.startsWith(DAYS.get(moment.getDayOfWeek().getValue() - 1));
          return itsDay ? moment.toInstant(ZoneOffset.UTC) : null;
        }
      }
      return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** That moment's second, in the form that HTTP prefers. */
  public static String format(Instant moment) {
    LocalDateTime utc = LocalDateTime.ofInstant(moment, ZoneOffset.UTC);
    int month = 3 * (utc.getMonthValue() - 1);
    StringBuilder text = new StringBuilder(FIXED_CHARS);
    text.append(DAYS.get(utc.getDayOfWeek().getValue() - 1)).append(", ");
    twoDigits(text, utc.getDayOfMonth()).append(' ').append(MONTHS, month, month + 3).append(' ');
    twoDigits(text, utc.getYear() / 100);
    twoDigits(text, utc.getYear() % 100).append(' ');
    twoDigits(text, utc.getHour()).append(':');
    twoDigits(text, utc.getMinute()).append(':');
    return twoDigits(text, utc.getSecond()).append(" GMT").toString();
  }

  private static StringBuilder twoDigits(StringBuilder text, int number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw new DateTimeException("No digit at " + i);
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
