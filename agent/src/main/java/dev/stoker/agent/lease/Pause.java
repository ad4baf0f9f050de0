package dev.stoker.agent.lease;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * The waits between tries, which end at once when the agent closes. Thread-safe.
 *
 * <p>Doubles from 200 ms to 10 s, each between half and all of itself: a controller that comes back
 * is not hit by its whole fleet in one moment.
 */
public final class Pause {
  private static final long SHORTEST_MILLIS = 200;
  private static final long LONGEST_MILLIS = 10_000;

  private final CountDownLatch closing = new CountDownLatch(1);
  private final DoubleSupplier random;

  /**
   * @param random 0 to 1
   */
  public Pause(DoubleSupplier random) {
    this.random = random;
  }

  /** Ends all waits, now and later. */
  public void close() {
    closing.countDown();
  }

  public boolean isClosed() {
    return closing.getCount() == 0;
  }

  /**
   * Waits before another try.
   *
   * @param tries how many there were, ≥ 1
   * @return whether to try again; false when the agent closes
   */
  public boolean beforeRetry(int tries) throws InterruptedException {
    long millis = Math.min(LONGEST_MILLIS, SHORTEST_MILLIS << Math.min(tries - 1, 16));
    return !await(Duration.ofMillis((long) (millis * (0.5 + random.getAsDouble() / 2))));
  }

  /** Waits; whether the agent closes. */
  public boolean await(Duration atMost) throws InterruptedException {
    return closing.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }
}
