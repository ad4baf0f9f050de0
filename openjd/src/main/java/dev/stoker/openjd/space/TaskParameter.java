package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.Value;
import java.util.List;

/** One dimension of a task space: a task parameter with the values it takes, in order. */
public sealed interface TaskParameter {
  String name();

  TaskParameterType type();

  /** Values that the template lists; at least one. */
  record Listed(String name, TaskParameterType type, List<Value> values) implements TaskParameter {
    public Listed {
      if (values.isEmpty()) {
        throw new IllegalArgumentException("The task parameter '" + name + "' has no value.");
      }
      values = List.copyOf(values);
    }
  }

  /** The integers of a range expression, one a task. */
  record Ranged(String name, RangeExpression range) implements TaskParameter {
    @Override
    public TaskParameterType type() {
      return TaskParameterType.INT;
    }
  }

  /** The integers of a range expression, several a task. */
  record Chunked(String name, RangeExpression range, Chunking chunking) implements TaskParameter {
    @Override
    public TaskParameterType type() {
      return TaskParameterType.CHUNK_INT;
    }
  }
}
