package dev.stoker.agent.pipeline;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other threads and processes bring about. */
final class Until {
  private Until() {}

  /**
   * Waits until {@code condition} is true.
   *
   * @param otherwise what the test fails with when it does not come true in time
   */
  static void holds(Duration bound, BooleanSupplier condition, Supplier<String> otherwise) {
    if (!comesTrue(bound, condition)) {
      throw new AssertionError(otherwise.get());
    }
  }

  /** Whether it comes true in time. */
  static boolean comesTrue(Duration bound, BooleanSupplier condition) {
    long end = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      try {
        Thread.sleep(10); // polls files and servers; bounded above
      } catch (InterruptedException e) {
        throw new AssertionError("The test was interrupted.", e);
      }
    }
    return true;
  }
}
