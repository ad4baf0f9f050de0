package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A reader who takes bytes as they arrive, before they reach the disk: it goes at the network's
 * speed even where the disk is slower, full or gone.
 *
 * <p>Thread-safe. Once {@link #close} returned, nothing writes to the reader's buffer any more.
 */
final class Tap implements AutoCloseable {
  private final ByteRange range;
  private final ByteBuffer into;
  private final CompletableFuture<Void> full = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Coverage taken = new Coverage(); // guarded by lock
  private boolean closed; // guarded by lock

  /**
   * @param into as long as the range, its position where the range's first byte goes
   */
  Tap(ByteRange range, ByteBuffer into) {
    this.range = range;
    this.into = into.slice();
  }

  /** Copies what the reader wants of a piece at {@code offset}. */
  void offer(long offset, ByteBuffer piece) {
    long from = Math.max(offset, range.offset());
    long to = Math.min(offset + piece.remaining(), range.end());
    if (from >= to) {
      return;
    }
    lock.lock();
    try {
      if (closed) {
        return;
      }
      into.put(
          (int) (from - range.offset()),
          piece,
          piece.position() + (int) (from - offset),
          (int) (to - from));
      taken.add(from, to);
      if (taken.bytes() == range.lengthBytes()) {
        full.complete(null);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends when every byte was copied. */
  CompletableFuture<Void> full() {
    return full;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
