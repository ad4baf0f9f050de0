package dev.stoker.openjd.expr;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the base-10 numbers that templates and submissions write as text. */
public final class Numbers {
  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?");

  /** Longer numerals are refused unread: parsing a numeral costs the square of its length. */
  private static final int MAX_NUMERAL_LENGTH = 1024;

  private Numbers() {}

  /** A 64-bit integer in base 10, blanks around it ignored; empty when the text is none. */
  public static Optional<Value.Int> integer(String text) {
    String numeral = text.strip();
    if (numeral.length() > MAX_NUMERAL_LENGTH || !INTEGER.matcher(numeral).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Value.Int(Long.parseLong(numeral)));
    } catch (NumberFormatException outOfRange) {
      return Optional.empty();
    }
  }

  /** A finite number in base 10, blanks around it ignored; empty when the text is none. */
  public static Optional<Value.Decimal> decimal(String text) {
    String numeral = text.strip();
    if (numeral.length() > MAX_NUMERAL_LENGTH || !DECIMAL.matcher(numeral).matches()) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(numeral);
    // FLOAT is a double in the specification: what overflows one is not a number there.
    return Double.isFinite(number.doubleValue())
        ? Optional.of(new Value.Decimal(number, numeral))
        : Optional.empty();
  }
}
