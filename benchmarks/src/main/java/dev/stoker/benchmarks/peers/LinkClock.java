package dev.stoker.benchmarks.peers;

import java.util.concurrent.locks.LockSupport;

/**
 * When the next bytes may leave over something that has a rate: each sender books its time and
 * sleeps until it is over. Senders that come late because the machine is busy may catch up a
 * little, or the rate would not be reached.
 *
 * <p>Thread-safe.
 */
final class LinkClock {
  private static final long CATCH_UP_NANOS = 5_000_000;
  private static final long SLEEPS_FROM_NANOS = 100_000;

  private long freeAtNanos = System.nanoTime();

  /** Returns when {@code bytes} have passed. */
  void pass(int bytes, double bytesPerSecond) {
    long end;
    synchronized (this) {
      freeAtNanos =
          Math.max(freeAtNanos, System.nanoTime() - CATCH_UP_NANOS)
              + (long) (bytes * 1e9 / bytesPerSecond);
      end = freeAtNanos;
    }
    sleepUntil(end);
  }

  static void sleepUntil(long nanoTime) {
    long left = nanoTime - System.nanoTime();
    while (left > SLEEPS_FROM_NANOS) {
      LockSupport.parkNanos(left);
      left = nanoTime - System.nanoTime();
    }
  }
}
