package dev.stoker.io.mount.fuse;

import java.time.Duration;

/**
 * How a tree is served.
 *
 * @param channels how many threads, each with a channel of its own, take requests; at least 1
 * @param timeout how long a request may wait for an origin
 * @param memoryBytes most that answers under way take, besides 1 MiB a channel
 * @param passthrough whether the kernel may be given files to read itself
 */
public record SessionOptions(
    int channels, Duration timeout, long memoryBytes, boolean passthrough) {
  public SessionOptions {
    if (channels < 1 || timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "A mount needs a channel and a timeout above 0, not " + channels + " and " + timeout);
    }
  }
}
