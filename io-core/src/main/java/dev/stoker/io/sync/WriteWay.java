package dev.stoker.io.sync;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether large files go to the disk through the page cache or past it (O_DIRECT), by measurement.
 *
 * <p>Through it while the kernel takes bytes as fast as it copies them: they are readable from
 * memory at once, and nobody waits for the disk. Past it once the kernel makes writers wait, since
 * too much is dirty (balance_dirty_pages): a copy then only costs CPU time. After a while the page
 * cache is tried again.
 *
 * <p>Thread-safe; one for all files that are written to one disk. Counts may be off by one.
 */
final class WriteWay {
  /** Smaller writes are too short to tell waiting from being scheduled away. */
  private static final long TELLING_BYTES = 256 << 10;

  /** 150 MiB/s: a copy runs at 5 GiB/s, and at 800 MiB/s into memory fresh from a VM's host. */
  private static final double SLOW_NANOS_A_BYTE = 1e9 / (150 << 20);

  /** So many more slow writes than quick ones, of late, are no accident. */
  private static final int WAITS = 4;

  /** How much goes past the page cache before it is tried again. */
  private static final long PAST_BYTES = 1L << 30;

  private final AtomicLong slowness = new AtomicLong();
  private final AtomicLong pastLeft = new AtomicLong();

  /** Whether so many bytes, which are then written, better go past the page cache. */
  boolean isPastCache(long bytes) {
    return pastLeft.get() > 0 && pastLeft.addAndGet(-bytes) >= 0;
  }

  /** Whether the page cache takes bytes as fast as they are copied, as far as is known. */
  boolean isQuick() {
    return pastLeft.get() <= 0;
  }

  /** So many bytes were taken by the page cache in that time. */
  void tookInCache(long bytes, long nanos) {
    if (bytes < TELLING_BYTES) {
      return;
    }
    if (nanos <= bytes * SLOW_NANOS_A_BYTE) {
      slowness.updateAndGet(slow -> Math.max(0, slow - 1));
    } else if (slowness.incrementAndGet() >= WAITS) {
      slowness.set(0);
      pastLeft.set(PAST_BYTES);
    }
  }
}
