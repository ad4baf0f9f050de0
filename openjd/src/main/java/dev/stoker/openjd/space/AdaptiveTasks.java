package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a space whose chunks are cut one by one, each for the target runtime by what the
 * ones before took (2023-09, section 3.4.1.5). The chunked parameter runs fastest.
 *
 * <p>The estimate is that of the reference implementations: the target divided by the mean time of
 * a value so far, and a quarter of the way towards it while fewer than ten values were timed and it
 * would be a larger chunk.
 *
 * <p>Not thread-safe; owned by who runs the tasks.
 */
public final class AdaptiveTasks {
  /** Of fewer values the mean may be that of a warm-up. */
  private static final long FEW_VALUES = 10;

  private final TaskSpace others;
  private final TaskParameter.Chunked chunked;
  private final Set<String> order;
  private final double targetNanos;
  private long other;
  private long position;
  private long taskCount;
  private long timedValues;
  private double timedNanos;

  AdaptiveTasks(TaskSpace others, TaskParameter.Chunked chunked, Set<String> order) {
    this.others = others;
    this.chunked = chunked;
    this.order = order;
    this.targetNanos = chunked.chunking().targetRuntimeSeconds() * 1e9;
    this.taskCount = chunked.chunking().defaultTaskCount();
  }

  /** How many values the next chunk has at most; at least 1. */
  public long taskCount() {
    return taskCount;
  }

  /** The next task; empty when all were given out. */
  public Optional<TaskParameters> next() {
    if (other == others.size()) {
      return Optional.empty();
    }
    long count = count();
    RangeExpression values = chunked.range().slice(position, count);
    Map<String, Value> all = new LinkedHashMap<>();
    TaskParameters rest = others.get(other);
    for (String name : order) {
      @Nullable Value value = rest.values().get(name);
      all.put(name, value == null ? new Value.Ints(values, text(values)) : value);
    }
    position += count;
    if (position == chunked.range().size()) {
      position = 0;
      other++;
    }
    return Optional.of(new TaskParameters(all));
  }

  private long count() {
    RangeExpression range = chunked.range();
    long most = Math.min(taskCount, range.size() - position);
    if (chunked.chunking().rangeConstraint() == RangeConstraint.NONCONTIGUOUS) {
      return most;
    }
    long first = range.get(position);
    // Values increase, so the distance from the first tells whether a gap lies between.
    long low = 1;
    long high = most;
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (range.get(position + middle - 1) - first == middle - 1) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private String text(RangeExpression values) {
    return chunked.chunking().rangeConstraint() == RangeConstraint.CONTIGUOUS
        ? values.get(0) + "-" + values.get(values.size() - 1)
        : values.toString();
  }

  /** Learns how long a task of this space took; zero teaches nothing. */
  public void took(TaskParameters task, long nanos) {
    if (nanos <= 0 || !(task.values().get(chunked.name()) instanceof Value.Ints ints)) {
      return;
    }
    timedValues += ints.range().size();
    timedNanos += nanos;
    double ideal = targetNanos / (timedNanos / timedValues);
    if (timedValues < FEW_VALUES && ideal > taskCount) {
      ideal = 0.75 * taskCount + 0.25 * ideal;
    }
    taskCount = Math.max(1, (long) ideal);
  }
}
