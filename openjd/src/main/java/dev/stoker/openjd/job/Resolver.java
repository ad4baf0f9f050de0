package dev.stoker.openjd.job;

import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.expr.Numbers;
import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.expr.Value;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Fills in format strings and checks what comes out; problems are reported with their place. */
record Resolver(SymbolTable symbols, Consumer<String> problems) {

  void problem(String place, String message) {
    problems.accept(place + ": " + message);
  }

  /** The text, or the empty text after a report. */
  String text(FormatString format, String place) {
    try {
      return format.resolve(symbols);
    } catch (ExpressionException e) {
      problem(place, "'" + format + "' cannot be resolved: " + e.getMessage() + ".");
      return "";
    }
  }

  /** An integer within bounds, or the lower bound after a report. */
  long integer(FormatString format, long min, long max, String place) {
    String text = text(format, place);
    Optional<Value.Int> integer = Numbers.integer(text);
    if (integer.isEmpty()) {
      problem(place, "'" + text + "' is not a 64-bit integer in base 10.");
      return min;
    }
    long number = integer.get().number();
    if (number < min || number > max) {
      problem(
          place,
          "It is "
              + number
              + "; it must be "
              + (max == Long.MAX_VALUE ? min + " or more." : min + " to " + max + "."));
      return min;
    }
    return number;
  }

  /** As {@link #integer}, back in the form that templates have. */
  @Nullable FormatString literalInteger(@Nullable FormatString format, long max, String place) {
    return format == null
        ? null
        : FormatString.literal(Long.toString(integer(format, 1, max, place)));
  }

  /** A number, or null after a report. */
  @Nullable BigDecimal decimal(@Nullable FormatString format, boolean zeroAllowed, String place) {
    if (format == null) {
      return null;
    }
    String text = text(format, place);
    Optional<Value.Decimal> decimal = Numbers.decimal(text);
    if (decimal.isEmpty()) {
      problem(place, "'" + text + "' is not a number in base 10.");
      return null;
    }
    if (decimal.get().number().signum() < (zeroAllowed ? 0 : 1)) {
      problem(
          place, "It is " + text + "; it must be " + (zeroAllowed ? "0 or more." : "more than 0."));
      return null;
    }
    return decimal.get().number();
  }
}
