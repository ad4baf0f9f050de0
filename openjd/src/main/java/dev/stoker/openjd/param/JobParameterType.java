package dev.stoker.openjd.param;

import dev.stoker.openjd.expr.Numbers;
import dev.stoker.openjd.expr.Value;
import java.util.Optional;

/** The types of job parameters. The EXPR extension adds BOOL, RANGE_EXPR and lists. */
public enum JobParameterType {
  STRING("a string"),
  PATH("a path"),
  INT("a 64-bit integer in base 10"),
  FLOAT("a number in base 10");

  private final String description;

  JobParameterType(String description) {
    this.description = description;
  }

  /** What a value of this type is, with its article, for messages. */
  public String description() {
    return description;
  }

  /** The value that this text stands for; empty when it stands for none. */
  public Optional<? extends Value> parse(String text) {
    return switch (this) {
      case STRING -> Optional.of(new Value.Text(text));
      case PATH -> Optional.of(new Value.PathText(text));
      case INT -> Numbers.integer(text);
      case FLOAT -> Numbers.decimal(text);
    };
  }
}
