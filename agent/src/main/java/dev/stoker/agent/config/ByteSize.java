package dev.stoker.agent.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes as people write it: {@code 512MiB}, {@code 2G}, {@code 1.5 GB}, {@code 4096}.
 *
 * <p>One letter and the {@code iB} forms count in powers of 1,024, as {@code du}, {@code systemd}
 * and the JVM do; {@code kB}, {@code MB}, {@code GB}, {@code TB} count in powers of 1,000.
 */
public final class ByteSize {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,18}(?:\\.\\d{1,6})?)\\s*(?:([KMGT])(I?B)?|B)?");

  private ByteSize() {}

  /**
   * Reads a size.
   *
   * @param what names the value in the error message, such as {@code --memory}
   * @return bytes, ≥ 0
   * @throws ConfigFailure when the text is no size or exceeds 2^63 - 1 bytes
   */
  public static long parse(String what, String text) {
    Matcher matcher = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new ConfigFailure(
          "%s is '%s', which is no size; write bytes or a number with K, M, G, T, KiB … TiB or kB … TB, such as 512MiB."
              .formatted(what, text));
    }
    double bytes = Double.parseDouble(matcher.group(1)) * unit(matcher.group(2), matcher.group(3));
    if (bytes >= Long.MAX_VALUE) {
      throw new ConfigFailure(
          "%s is '%s', which is more than any disk holds.".formatted(what, text));
    }
    return (long) bytes;
  }

  private static double unit(String letter, String suffix) {
    if (letter == null) {
      return 1;
    }
    int power = "KMGT".indexOf(letter) + 1;
    return Math.pow("B".equals(suffix) ? 1000 : 1024, power);
  }

  /** Writes bytes for people, in powers of 1,024 with one decimal below ten: {@code 3.4 MiB}. */
  public static String format(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int power = 0;
    while (value >= 1024 && power < 4) {
      value /= 1024;
      power++;
    }
    // Not by String.format, which loads a locale's symbols: 15 ms of a command.
    long tenths = Math.round(value * 10);
    String number = value < 10 ? tenths / 10 + "." + tenths % 10 : Long.toString(Math.round(value));
    return number + " " + " KMGT".charAt(power) + "iB";
  }
}
