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

  /**
   * Over so many bytes: a writer that lost its core to others for a moment, or met one page that is
   * being written back, waits for 10 to 50 ms while the disk keeps up all the same.
   */
  private static final long WINDOW_BYTES = 256L << 20;

  /** How much goes past the page cache before it is tried again. */
  private static final long PAST_BYTES = 1L << 30;

  private final AtomicLong pastLeft = new AtomicLong();

  // Guarded by this: both below.
  private long windowBytes;
  private long windowNanos;

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
    if (isSlow(bytes, nanos)) {
      pastLeft.set(PAST_BYTES);
    }
  }

  /** Whether this write makes the window a slow one, which it need not fill for that. */
  private synchronized boolean isSlow(long bytes, long nanos) {
    windowBytes += bytes;
    windowNanos += nanos;
    boolean slow = windowNanos > WINDOW_BYTES * SLOW_NANOS_A_BYTE;
    if (slow || windowBytes >= WINDOW_BYTES) {
      windowBytes = 0;
      windowNanos = 0;
    }
    return slow;
  }
}
