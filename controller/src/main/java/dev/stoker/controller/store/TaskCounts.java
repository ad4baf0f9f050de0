package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Jobs.TaskState;

/**
 * How many tasks of a step are in which state, or by how many that changes.
 *
 * @param open waiting or ready
 */
public record TaskCounts(
    long open, long leased, long committed, long succeeded, long failed, long canceled) {
  public static final TaskCounts NONE = new TaskCounts(0, 0, 0, 0, 0, 0);

  /** So many tasks in one state. */
  public static TaskCounts of(TaskState state, long tasks) {
    return NONE.plus(state, tasks);
  }

  public TaskCounts plus(TaskState state, long tasks) {
    return switch (state) {
      case WAITING, READY ->
          new TaskCounts(open + tasks, leased, committed, succeeded, failed, canceled);
      case LEASED -> new TaskCounts(open, leased + tasks, committed, succeeded, failed, canceled);
      case COMMITTED ->
          new TaskCounts(open, leased, committed + tasks, succeeded, failed, canceled);
      case SUCCEEDED ->
          new TaskCounts(open, leased, committed, succeeded + tasks, failed, canceled);
      case FAILED -> new TaskCounts(open, leased, committed, succeeded, failed + tasks, canceled);
      case CANCELED -> new TaskCounts(open, leased, committed, succeeded, failed, canceled + tasks);
    };
  }

  /** The change that moves tasks from one state to another. */
  public static TaskCounts moved(TaskState from, TaskState to, long tasks) {
    return NONE.plus(from, -tasks).plus(to, tasks);
  }

  public TaskCounts plus(TaskCounts other) {
    return new TaskCounts(
        open + other.open,
        leased + other.leased,
        committed + other.committed,
        succeeded + other.succeeded,
        failed + other.failed,
        canceled + other.canceled);
  }
}
