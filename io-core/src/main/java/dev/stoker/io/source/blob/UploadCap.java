package dev.stoker.io.source.blob;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps what is sent to one origin below a rate. Each body is given the moment at which it may
 * start, behind those that came before it, and its sender sleeps until then: nobody polls, and
 * nobody is overtaken.
 *
 * <p>Thread-safe.
 */
final class UploadCap {
  private final long bytesPerSecond;
  private final ReentrantLock lock = new ReentrantLock();
  private long freeAtNanos = System.nanoTime(); // guarded by lock

  /**
   * @param bytesPerSecond &gt; 0
   */
  UploadCap(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /**
   * Waits until so many bytes may be sent.
   *
   * @param what names what is sent, for the message
   * @throws IoFailure.TimedOut at once when that is after the deadline
   */
  void await(long bytes, String what, Deadline deadline) {
    long waitNanos = reserve(bytes, what, deadline);
    if (waitNanos <= 0) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(waitNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Sending " + what + " was interrupted.");
    }
  }

  private long reserve(long bytes, String what, Deadline deadline) {
    lock.lock();
    try {
      long now = System.nanoTime();
      long start = Math.max(now, freeAtNanos);
      if (start - now > deadline.remainingNanos()) {
        throw new IoFailure.TimedOut(
            "Gave up sending "
                + what
                + ": the bandwidth configured for its origin is taken up beyond the deadline.");
      }
      freeAtNanos = start + (long) (bytes * 1e9 / bytesPerSecond);
      return start - now;
    } finally {
      lock.unlock();
    }
  }
}
