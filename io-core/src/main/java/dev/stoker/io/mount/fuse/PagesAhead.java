package dev.stoker.io.mount.fuse;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Gives the kernel what the reader of a file will read next before it asks (FUSE_NOTIFY_STORE),
 * right before he is answered: he then finds pages where else each 128 KiB were a request, with two
 * threads to be woken. What lies behind that he asks for himself, so what is given in vain is not
 * more than that.
 *
 * <p>The kernel makes the giver wait while a READ of one of these pages is under way. So that
 * nobody waits for ever, nothing is given of a node while somebody else gives of it, and one of the
 * threads that take requests never gives: the READ that is waited for is always answered.
 *
 * <p>Thread-safe.
 */
final class PagesAhead {
  /**
   * As much as a second-level cache holds: of 256 KiB, 512 KiB, 1, 2 and 4 MiB this was quickest.
   */
  private static final int MOST_BYTES = 1 << 20;

  private final Semaphore givers;
  private final Set<Long> nodes = ConcurrentHashMap.newKeySet();

  /**
   * @param channels how many threads take requests
   */
  PagesAhead(int channels) {
    this.givers = new Semaphore(channels - 1);
  }

  /**
   * Gives what lies behind {@code offset}, if any of it is at hand.
   *
   * @param answer to the read that ends there, not laid out yet
   */
  void give(long node, OpenFile file, long offset, Answer answer) {
    if (!givers.tryAcquire()) {
      return;
    }
    try {
      if (nodes.add(node)) {
        try {
          giveAll(node, file, offset, answer);
        } finally {
          nodes.remove(node);
        }
      }
    } finally {
      givers.release();
    }
  }

  private static void giveAll(long node, OpenFile file, long offset, Answer answer) {
    long from = file.readOnTo(offset);
    long end = from < 0 ? from : from + MOST_BYTES;
    for (long at = from; at < end; ) {
      try (OpenFile.LentMemory lent = file.lendAhead(at, (int) (end - at))) {
        if (lent == null) {
          return;
        }
        int bytes = lent.bytes().remaining();
        if (!answer.store(node, at, lent.bytes())) {
          return;
        }
        at += bytes;
      }
    }
  }
}
