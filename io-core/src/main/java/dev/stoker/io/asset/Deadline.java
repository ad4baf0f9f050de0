package dev.stoker.io.asset;

import java.time.Duration;

/**
 * The moment after which nobody waits any longer. Every wait has one.
 *
 * @param atNanos on {@link System#nanoTime()}'s clock
 */
public record Deadline(long atNanos) {

  public static Deadline after(Duration wait) {
    return new Deadline(System.nanoTime() + wait.toNanos());
  }

  /** What is left, in nanoseconds; ≤ 0 when it has passed. */
  public long remainingNanos() {
    return atNanos - System.nanoTime();
  }

  /** What is left, in milliseconds, rounded up; 0 when it has passed. */
  public long remainingMillis() {
    return Math.max(0, (remainingNanos() + 999_999) / 1_000_000);
  }

  public boolean hasPassed() {
    return remainingNanos() <= 0;
  }

  /** The earlier of this and {@code other}. */
  public Deadline orEarlier(Deadline other) {
    return other.atNanos - atNanos < 0 ? other : this;
  }
}
