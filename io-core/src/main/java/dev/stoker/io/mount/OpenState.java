package dev.stoker.io.mount;

import dev.stoker.io.mount.Passthrough.Backing;
import dev.stoker.io.mount.fuse.TreeFailure;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * In which way a node is open. The kernel wants all opens of an inode at a time to be of one kind:
 * through us, or past us with one and the same backing file (Linux, fs/fuse/iomode.c: others get
 * EIO). So the first open of an idle node decides, and the last close undoes it. Where the backing
 * file turns out damaged, nobody else opens it: who asks again gets a node of his own.
 *
 * <p>Thread-safe.
 */
final class OpenState {
  private final ReentrantLock lock = new ReentrantLock();
  private int opens; // guarded by lock
  private @Nullable Backing backing; // guarded by lock
  private boolean spoiled; // guarded by lock

  /**
   * One more open.
   *
   * @param decide asked where the node is idle; null for an open through us
   */
  @Nullable Backing open(Supplier<@Nullable Backing> decide) {
    lock.lock();
    try {
      if (opens == 0) {
        spoiled = false;
        backing = decide.get();
      } else if (spoiled) {
        throw TreeFailure.STALE; // the kernel looks the name up again
      }
      opens++;
      return backing;
    } finally {
      lock.unlock();
    }
  }

  /** One open less; gives the backing file that nobody has open any more. */
  @Nullable Backing close() {
    lock.lock();
    try {
      opens--;
      Backing idle = opens == 0 ? backing : null;
      if (idle != null) {
        backing = null;
      }
      return idle;
    } finally {
      lock.unlock();
    }
  }

  /** The backing file, if the kernel has one now, does not hold what it should. */
  void spoil() {
    lock.lock();
    try {
      spoiled = opens > 0 && backing != null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether whoever has it open reads a damaged file. */
  boolean isSpoiled() {
    lock.lock();
    try {
      return spoiled && opens > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is open through us now, so that others have to be as well. */
  boolean isOpenThroughUs() {
    lock.lock();
    try {
      return opens > 0 && backing == null;
    } finally {
      lock.unlock();
    }
  }
}
