package dev.stoker.agent.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code user} says: the account that all jobs share, or accounts of which each session has
 * one of its own, by name or as a range of numbers.
 *
 * @param names accounts of the machine; empty where a range says it
 * @param first number of the range, 0 where names say it
 * @param last number of the range
 */
public record UserEntry(List<String> names, int first, int last) {
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,9})-([0-9]{1,9})");

  /** Three for each slot of the largest machine. */
  private static final int MOST = 4_096;

  public UserEntry {
    names = List.copyOf(names);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static UserEntry of(Object value) {
    if (value instanceof List<?> list && !list.isEmpty() && list.size() <= MOST) {
      return new UserEntry(list.stream().map(String::valueOf).toList(), 0, 0);
    }
    if (value instanceof String || value instanceof Integer) {
      String text = value.toString();
      Matcher range = RANGE.matcher(text);
      return range.matches() ? range(range) : new UserEntry(List.of(text), 0, 0);
    }
    throw wrong();
  }

  private static UserEntry range(Matcher range) {
    int first = Integer.parseInt(range.group(1));
    int last = Integer.parseInt(range.group(2));
    if (first < 1 || last < first || last - first >= MOST) {
      throw wrong();
    }
    return new UserEntry(List.of(), first, last);
  }

  private static IllegalArgumentException wrong() {
    return new IllegalArgumentException(
        "it must be an account's name, a list of names, or a range of at most "
            + MOST
            + " numbers such as 70000-70063");
  }
}
