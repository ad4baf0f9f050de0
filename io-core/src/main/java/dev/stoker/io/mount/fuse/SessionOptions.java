package dev.stoker.io.mount.fuse;

import java.time.Duration;

/**
 * How a tree is served.
 *
 * @param channels how many threads, each with a channel of its own, take requests; at least 1
 * @param timeout how long a request may wait for an origin
 * @param memoryBytes most that answers under way take, besides 1 MiB a channel
 * @param passthrough whether the kernel may be given files to read itself
 * @param mostWaiting how many requests may wait for an origin at once; eight times as many may
 *     stand in line for that
 */
public record SessionOptions(
    int channels, Duration timeout, long memoryBytes, boolean passthrough, int mostWaiting) {
  /**
   * The kernel has at most 64 reads under way; the rest are lookups, one a thread that asks: as
   * many as a farm's largest machine has renderers' threads.
   */
  private static final int MOST_WAITING = 1024;

  public SessionOptions {
    if (channels < 1 || mostWaiting < 1 || timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "A mount needs a channel, a request that waits and a timeout above 0, not %d, %d and %s"
              .formatted(channels, mostWaiting, timeout));
    }
  }

  /** With as many that wait as any machine needs. */
  public SessionOptions(int channels, Duration timeout, long memoryBytes, boolean passthrough) {
    this(channels, timeout, memoryBytes, passthrough, MOST_WAITING);
  }
}
