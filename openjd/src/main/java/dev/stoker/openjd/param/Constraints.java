package dev.stoker.openjd.param;

import dev.stoker.openjd.expr.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a parameter's value must satisfy. Absent bounds do not bind.
 *
 * @param allowedValues the only values allowed, or null for any
 * @param minValue least INT or FLOAT
 * @param maxValue greatest INT or FLOAT
 * @param minLength least length of a STRING or PATH, in Unicode code points
 * @param maxLength greatest length of a STRING or PATH, in Unicode code points
 */
public record Constraints(
    @Nullable List<Value> allowedValues,
    @Nullable BigDecimal minValue,
    @Nullable BigDecimal maxValue,
    @Nullable Long minLength,
    @Nullable Long maxLength) {
  /** As many allowed values as a message still reads well with. */
  private static final int MAX_SHOWN = 20;

  public static final Constraints NONE = new Constraints(null, null, null, null, null);

  public Constraints {
    allowedValues = allowedValues == null ? null : List.copyOf(allowedValues);
  }

  /** What remains allowed when both this and {@code other} must be satisfied. */
  public Constraints tightenedBy(Constraints other) {
    return new Constraints(
        intersection(allowedValues, other.allowedValues),
        greatest(minValue, other.minValue),
        least(maxValue, other.maxValue),
        greatest(minLength, other.minLength),
        least(maxLength, other.maxLength));
  }

  /** Why no value can satisfy these constraints; empty when one may. */
  public List<String> contradictions() {
    List<String> found = new ArrayList<>();
    if (allowedValues != null && allowedValues.isEmpty()) {
      found.add("the allowed values have none in common");
    }
    if (minValue != null && maxValue != null && minValue.compareTo(maxValue) > 0) {
      found.add("the least value " + minValue + " is greater than the greatest, " + maxValue);
    }
    if (minLength != null && maxLength != null && minLength > maxLength) {
      found.add("the least length " + minLength + " is greater than the greatest, " + maxLength);
    }
    return found;
  }

  /**
   * How a value breaks these constraints, each as the rest of a sentence; empty when it does not.
   */
  public List<String> violations(Value value) {
    List<String> found = new ArrayList<>(sizeViolations(value));
    if (allowedValues != null
        && allowedValues.stream().map(Constraints::identity).noneMatch(identity(value)::equals)) {
      found.add("is none of the allowed values " + texts(allowedValues));
    }
    return found;
  }

  /** As {@link #violations}, leaving the list of allowed values out. */
  List<String> sizeViolations(Value value) {
    List<String> found = new ArrayList<>();
    BigDecimal number = number(value);
    if (number != null) {
      if (minValue != null && number.compareTo(minValue) < 0) {
        found.add("is less than the least value allowed, " + minValue);
      }
      if (maxValue != null && number.compareTo(maxValue) > 0) {
        found.add("is greater than the greatest value allowed, " + maxValue);
      }
      return found;
    }
    long length = value.text().codePointCount(0, value.text().length());
    if (minLength != null && length < minLength) {
      found.add("has " + length + " characters, fewer than the " + minLength + " required");
    }
    if (maxLength != null && length > maxLength) {
      found.add("has " + length + " characters, more than the " + maxLength + " allowed");
    }
    return found;
  }

  private static String texts(List<Value> values) {
    String first =
        values.stream()
            .limit(MAX_SHOWN)
            .map(value -> "'" + value.text() + "'")
            .collect(Collectors.joining(", "));
    return "[" + first + (values.size() > MAX_SHOWN ? ", …]" : "]");
  }

  /** What makes values the same: numbers are when equal as numbers, so 4.50 is 4.5. */
  private static Object identity(Value value) {
    BigDecimal number = number(value);
    return number == null ? value.text() : number.stripTrailingZeros();
  }

  private static @Nullable BigDecimal number(Value value) {
    return switch (value) {
      case Value.Int integer -> BigDecimal.valueOf(integer.number());
      case Value.Decimal decimal -> decimal.number();
      case Value.Text text -> null;
      case Value.PathText path -> null;
      case Value.Ints chunk -> null;
    };
  }

  private static @Nullable List<Value> intersection(
      @Nullable List<Value> first, @Nullable List<Value> second) {
    if (first == null || second == null) {
      return first == null ? second : first;
    }
    Set<Object> allowed = first.stream().map(Constraints::identity).collect(Collectors.toSet());
    return second.stream().filter(value -> allowed.contains(identity(value))).toList();
  }

  private static <T extends Comparable<T>> @Nullable T greatest(
      @Nullable T first, @Nullable T second) {
    if (first == null || second == null) {
      return first == null ? second : first;
    }
    return first.compareTo(second) >= 0 ? first : second;
  }

  private static <T extends Comparable<T>> @Nullable T least(
      @Nullable T first, @Nullable T second) {
    if (first == null || second == null) {
      return first == null ? second : first;
    }
    return first.compareTo(second) <= 0 ? first : second;
  }
}
