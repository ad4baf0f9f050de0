package dev.stoker.agent.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A length of time as people write it: {@code 90s}, {@code 10m}, {@code 2h}, {@code 1d}. */
public final class TimeSpan {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*([smhd])");

  private TimeSpan() {}

  /**
   * Reads a length of time.
   *
   * @param what names the value in the error message, such as {@code --deadline}
   * @throws ConfigFailure when the text is none
   */
  public static Duration parse(String what, String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new ConfigFailure(
          "%s is '%s', which is no length of time; write a whole number with s, m, h or d, such as 10m."
              .formatted(what, text));
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }
}
