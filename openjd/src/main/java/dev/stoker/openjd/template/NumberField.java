package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.expr.Numbers;
import dev.stoker.openjd.expr.Value;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads numbers that may also be written as strings and, perhaps, as format strings. Numerals in
 * quotes are taken without an extension: the specification asks for one, but no implementation
 * does, and submitters write them.
 *
 * @param formatsNeed the extension that allows format strings here; null where they always are
 */
record NumberField(Field field, Scope scope, @Nullable Extension formatsNeed) {
  private static final FormatString STAND_IN = FormatString.literal("1");

  /** An integer of {@code min} to {@code max}; what is not literal is checked once resolved. */
  FormatString integer(long min, long max) {
    FormatString text = text("an integer", true);
    if (!text.isLiteral()) {
      return text;
    }
    Optional<Value.Int> integer = Numbers.integer(text.source());
    if (integer.isEmpty()) {
      field.problem("'" + field.shown() + "' is not a 64-bit integer in base 10.");
      return STAND_IN;
    }
    long number = integer.get().number();
    if (number < min || number > max) {
      field.problem("It is " + number + "; it must be " + bounds(min, max) + ".");
    }
    return FormatString.literal(integer.get().text());
  }

  private static String bounds(long min, long max) {
    return max == Long.MAX_VALUE ? min + " or more" : min + " to " + max;
  }

  /** A finite number that is at least 0, or more than 0; null where it is not literal or none. */
  @Nullable BigDecimal checkDecimal(FormatString text, boolean zeroAllowed) {
    if (!text.isLiteral()) {
      return null;
    }
    Optional<Value.Decimal> decimal = Numbers.decimal(text.source());
    if (decimal.isEmpty()) {
      field.problem("'" + field.shown() + "' is not a number in base 10.");
      return null;
    }
    BigDecimal number = decimal.get().number();
    if (number.signum() < (zeroAllowed ? 0 : 1)) {
      field.problem(
          "It is "
              + decimal.get().text()
              + "; it must be "
              + (zeroAllowed ? "0 or more." : "more than 0."));
    }
    return number;
  }

  FormatString decimal() {
    return text("a number", false);
  }

  private FormatString text(String wanted, boolean integral) {
    Optional<String> numeral = field.numeral(integral);
    if (numeral.isPresent()) {
      return FormatString.literal(numeral.get());
    }
    if (field.node() == null || !field.node().isTextual()) {
      field.mismatch(wanted);
      return STAND_IN;
    }
    FormatString text = field.format(scope, TextRule.NOT_EMPTY);
    if (!text.isLiteral() && formatsNeed != null && !field.context().has(formatsNeed)) {
      field.problem(
          "A format string in place of a number needs the extension " + formatsNeed + ".");
      return STAND_IN;
    }
    return text;
  }
}
