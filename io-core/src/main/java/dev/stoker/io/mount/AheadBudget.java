package dev.stoker.io.mount;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much may be on its way before anybody reads it, for all readers of a mount together: what is
 * fetched passes through the fetch engine's memory, of which those who wait need the rest.
 *
 * <p>Thread-safe.
 */
final class AheadBudget {
  private final AtomicLong leftBytes;

  AheadBudget(long bytes) {
    leftBytes = new AtomicLong(bytes);
  }

  /** Takes some, or says that memory is short. */
  boolean tryTake(long bytes) {
    if (leftBytes.addAndGet(-bytes) >= 0) {
      return true;
    }
    leftBytes.addAndGet(bytes);
    return false;
  }

  void giveBack(long bytes) {
    leftBytes.addAndGet(bytes);
  }
}
