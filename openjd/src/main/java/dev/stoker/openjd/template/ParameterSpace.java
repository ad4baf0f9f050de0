package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.space.RangeConstraint;
import dev.stoker.openjd.space.TaskParameterType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step's task parameters, before job parameters are filled in.
 *
 * @param combination null for the product of all
 */
public record ParameterSpace(List<Definition> definitions, @Nullable String combination) {
  public ParameterSpace {
    definitions = List.copyOf(definitions);
  }

  /**
   * One task parameter.
   *
   * @param chunks present exactly for CHUNK[INT]
   */
  public record Definition(
      String name, TaskParameterType type, Range range, @Nullable Chunks chunks) {}

  /** The values of a task parameter. */
  public sealed interface Range {
    /** A range expression, once filled in. */
    record Expression(FormatString text) implements Range {}

    /** Values one by one. */
    record Items(List<FormatString> items) implements Range {
      public Items {
        items = List.copyOf(items);
      }
    }
  }

  /** How a CHUNK[INT] parameter is chunked; both numbers may be format strings. */
  public record Chunks(
      FormatString defaultTaskCount,
      @Nullable FormatString targetRuntimeSeconds,
      RangeConstraint rangeConstraint) {}
}
