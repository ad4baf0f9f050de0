package dev.stoker.io.net;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dates in header fields (RFC 9110 §5.6.7). The one form that servers send is read by place and by
 * the calendar's arithmetic: the JDK's formatter costs as much as all the rest of a small answer,
 * and its calendar makes formatters when it is first asked for a leap year, 2 ms of a start.
 */
public final class HttpDate {
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");

  /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  private static final int FIXED_CHARS = 29;

  private static final int DAY_SECONDS = 86_400;

  /** Days from the first of March of the year 0 to 1970-01-01. */
  private static final int EPOCH_DAY = 719_468;

  private static final int DAYS_IN_400_YEARS = 146_097;

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
          return moment(text, month / 3);
        }
      }
      return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /**
   * That moment's second, in the form that HTTP prefers.
   *
   * @param moment of the years 0 to 9999
   */
  public static String format(Instant moment) {
    long seconds = moment.getEpochSecond();
    long day = Math.floorDiv(seconds, DAY_SECONDS);
    int second = Math.floorMod(seconds, DAY_SECONDS);
    // Years begin in March here, so that a leap day is the last of its year.
    int sinceZero = Math.toIntExact(day + EPOCH_DAY);
    int era = sinceZero / DAYS_IN_400_YEARS;
    int ofEra = sinceZero % DAYS_IN_400_YEARS;
    int yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int sinceMarch = (5 * ofYear + 2) / 153;
    int month = (sinceMarch + 2) % 12;
    int year = 400 * era + yearOfEra + (month < 2 ? 1 : 0);
    StringBuilder text = new StringBuilder(FIXED_CHARS);
    text.append(weekday(day)).append(", ");
    twoDigits(text, ofYear - (153 * sinceMarch + 2) / 5 + 1).append(' ');
    text.append(MONTHS, 3 * month, 3 * month + 3).append(' ');
    twoDigits(text, year / 100);
    twoDigits(text, year % 100).append(' ');
    twoDigits(text, second / 3600).append(':');
    twoDigits(text, second / 60 % 60).append(':');
    return twoDigits(text, second % 60).append(" GMT").toString();
  }

  /**
   * @param month from 0 for January
   */
  private static @Nullable Instant moment(String text, int month) {
    int hour = number(text, 17, 19);
    int minute = number(text, 20, 22);
    int second = number(text, 23, 25);
    int year = number(text, 12, 16);
    int dayOfMonth = number(text, 5, 7);
    long day = firstOfMonth(year, month) + dayOfMonth - 1;
    if (hour > 23
        || minute > 59
        || second > 59
        || dayOfMonth < 1
        || day >= firstOfMonth(month == 11 ? year + 1 : year, (month + 1) % 12)
        || !text.startsWith(weekday(day))) {
      return null;
    }
    return Instant.ofEpochSecond(day * DAY_SECONDS + hour * 3600L + minute * 60L + second);
  }

  /** Its day, counted from 1970-01-01. */
  private static long firstOfMonth(int year, int month) {
    int sinceMarch = (month + 10) % 12;
    int marchYear = month < 2 ? year - 1 : year;
    int leapDays =
        Math.floorDiv(marchYear, 4) - Math.floorDiv(marchYear, 100) + Math.floorDiv(marchYear, 400);
    return 365L * marchYear + leapDays + (153 * sinceMarch + 2) / 5 - EPOCH_DAY;
  }

  private static String weekday(long day) {
    return DAYS.get((int) Math.floorMod(day + 3, 7L)); // 1970 began on a Thursday
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
