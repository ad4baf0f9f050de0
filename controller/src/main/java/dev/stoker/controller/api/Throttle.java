package dev.stoker.controller.api;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts unknown tokens by who sent them, so that guessing is slow and costs the database nothing.
 * Callers whose token is known are never held up. Thread-safe.
 */
final class Throttle {
  /** More than agents that lost their tokens need, by orders less than guessing does. */
  static final int MOST_IN_A_SECOND = 20;

  private static final int ADDRESSES = 10_000;
  private static final long SECOND_NANOS = 1_000_000_000;

  private final LongSupplier nanos;

  private final Map<InetAddress, Count> counts =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Count> eldest) {
          return size() > ADDRESSES;
        }
      };

  private static final class Count {
    long sinceNanos;
    int failures;
  }

  Throttle(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Counts one more, and says whether it is one too many. */
  synchronized boolean isTooMany(InetAddress who) {
    long now = nanos.getAsLong();
    Count count = counts.computeIfAbsent(who, ignored -> new Count());
    if (count.failures == 0 || now - count.sinceNanos > SECOND_NANOS) {
      count.sinceNanos = now;
      count.failures = 0;
    }
    count.failures++;
    return count.failures > MOST_IN_A_SECOND;
  }
}
