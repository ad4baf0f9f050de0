package dev.stoker.agent.profile;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as renderers write them: {@code 11.77M}, {@code 1,234.5 MB}, {@code 2 GiB}. */
final class MemoryAmount {
  /** A number, perhaps with commas between thousands, and a unit; all units are powers of 1024. */
  private static final Pattern TEXT =
      Pattern.compile("(?<number>\\d[\\d,]*(?:\\.\\d+)?)\\s*(?<unit>[KMGT]?)I?B?");

  private MemoryAmount() {}

  static OptionalLong parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    String unit = matcher.group("unit");
    int power = unit.isEmpty() ? 0 : " KMGT".indexOf(unit);
    double number = Double.parseDouble(matcher.group("number").replace(",", ""));
    return OptionalLong.of(Math.round(number * Math.pow(1024, power)));
  }
}
