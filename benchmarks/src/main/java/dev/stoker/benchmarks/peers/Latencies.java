package dev.stoker.benchmarks.peers;

import java.util.Arrays;

/** Percentiles of what was measured one by one. */
final class Latencies {
  private final long[] sorted;

  Latencies(long[] nanos) {
    sorted = nanos.clone();
    Arrays.sort(sorted);
  }

  /** The smallest value that {@code percent} of all do not exceed, in milliseconds. */
  double percentileMillis(double percent) {
    int rank = (int) Math.ceil(sorted.length * percent / 100);
    return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)] / 1e6;
  }
}
