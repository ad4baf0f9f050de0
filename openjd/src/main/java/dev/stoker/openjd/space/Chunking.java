package dev.stoker.openjd.space;

/**
 * How the values of a {@code CHUNK[INT]} parameter are grouped into tasks.
 *
 * @param defaultTaskCount the most values of one chunk; at least 1
 * @param targetRuntimeSeconds how long a chunk should run, 0 for no wish. A scheduler may ignore
 *     it, and a {@link TaskSpace} does: its chunks are fixed, so that a task's index names it for
 *     good; {@link AdaptiveTasks} are cut by it
 */
public record Chunking(
    long defaultTaskCount, long targetRuntimeSeconds, RangeConstraint rangeConstraint) {
  public Chunking {
    if (defaultTaskCount < 1 || targetRuntimeSeconds < 0) {
      throw new IllegalArgumentException(
          "A chunk needs at least one value and a runtime of 0 s or more.");
    }
  }

  Chunking ofCount(long taskCount) {
    return new Chunking(taskCount, targetRuntimeSeconds, rangeConstraint);
  }
}
