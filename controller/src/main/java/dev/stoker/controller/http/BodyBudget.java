package dev.stoker.controller.http;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Bounds what all bodies that are being handled take of memory. Thread-safe; first come first. */
final class BodyBudget {
  private static final int KIB = 1 << 10;
  private static final int LONGEST_WAIT_SECONDS = 10;

  private final int totalKib;
  private final Semaphore freeKib;

  BodyBudget(int totalBytes) {
    totalKib = totalBytes / KIB;
    freeKib = new Semaphore(totalKib, true);
  }

  /**
   * Takes a body's share and says how large it is, for {@link #giveBack}.
   *
   * @throws Problem 503 when none gets free in time
   */
  int take(long bytes) throws InterruptedException {
    int kib = (int) Math.min(totalKib, (bytes + KIB - 1) / KIB);
    if (!freeKib.tryAcquire(kib, LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new Problem(503, "The controller is reading other large requests; ask again.");
    }
    return kib;
  }

  void giveBack(int kib) {
    freeKib.release(kib);
  }
}
