package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps paths what they are: whoever changes one name shares it, since the kernel changes one
 * folder's names one at a time; who renames a folder has it alone. Thread-safe.
 */
final class PathLock {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Held by who needs paths to stay; closing lets go. */
  record Held(Lock lock) implements AutoCloseable {
    @Override
    public void close() {
      lock.unlock();
    }
  }

  /**
   * Paths stay until it is closed.
   *
   * @throws IoFailure.TimedOut at the deadline
   */
  Held shared(Deadline deadline) {
    return hold(lock.readLock(), deadline);
  }

  /**
   * Nobody else changes names until it is closed.
   *
   * @throws IoFailure.TimedOut at the deadline
   */
  Held alone(Deadline deadline) {
    return hold(lock.writeLock(), deadline);
  }

  private static Held hold(Lock lock, Deadline deadline) {
    try {
      if (lock.tryLock(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS)) {
        return new Held(lock);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for another change of names was interrupted.");
    }
    throw new IoFailure.TimedOut("Gave up waiting for another change of names.");
  }
}
