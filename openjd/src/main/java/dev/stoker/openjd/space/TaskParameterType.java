package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.Numbers;
import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.Value;
import java.util.Arrays;
import java.util.Optional;

/** The types of task parameters; {@link #CHUNK_INT} belongs to the extension TASK_CHUNKING. */
public enum TaskParameterType {
  INT("INT", "a 64-bit integer in base 10"),
  FLOAT("FLOAT", "a number in base 10"),
  STRING("STRING", "a string"),
  PATH("PATH", "a path"),
  CHUNK_INT("CHUNK[INT]", "a range expression");

  private final String word;
  private final String description;

  TaskParameterType(String word, String description) {
    this.word = word;
    this.description = description;
  }

  /** The type as templates spell it. */
  public String word() {
    return word;
  }

  /** What a value of this type is, with its article, for messages. */
  public String description() {
    return description;
  }

  public static Optional<TaskParameterType> ofWord(String word) {
    return Arrays.stream(values()).filter(type -> type.word.equals(word)).findFirst();
  }

  /** The value that this text stands for; empty when it stands for none. */
  public Optional<? extends Value> parse(String text) {
    return switch (this) {
      case INT -> Numbers.integer(text);
      case FLOAT -> Numbers.decimal(text);
      case STRING -> Optional.of(new Value.Text(text));
      case PATH -> Optional.of(new Value.PathText(text));
      case CHUNK_INT -> chunk(text);
    };
  }

  private static Optional<Value> chunk(String text) {
    try {
      return Optional.of(new Value.Ints(RangeExpression.parse(text), text));
    } catch (ExpressionException notOne) {
      return Optional.empty();
    }
  }
}
