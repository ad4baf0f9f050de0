package dev.stoker.openjd.expr;

import java.math.BigDecimal;

/**
 * A value that a name in a format string stands for. Which kind it is tells the type of the
 * parameter it came from; {@link #text()} is what a format string is filled with.
 */
public sealed interface Value {
  /** The value as a format string interpolates it, and as it travels between machines. */
  String text();

  /** A {@code STRING}. */
  record Text(String text) implements Value {}

  /** A {@code PATH}: text that path mapping rules apply to. */
  record PathText(String text) implements Value {}

  /** An {@code INT}, 64 bits as the expression language defines it. */
  record Int(long number) implements Value {
    @Override
    public String text() {
      return Long.toString(number);
    }
  }

  /**
   * A {@code FLOAT}. The text is kept as it was given: 0.10 stays 0.10 and digits beyond a double's
   * precision are not lost.
   */
  record Decimal(BigDecimal number, String text) implements Value {}

  /** A {@code CHUNK[INT]}: a set of integers, written as a chunk's constraint asks. */
  record Ints(RangeExpression range, String text) implements Value {}
}
