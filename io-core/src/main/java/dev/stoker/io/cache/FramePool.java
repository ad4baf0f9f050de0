package dev.stoker.io.cache;

import dev.stoker.io.asset.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All grain-sized buffers of the cache: direct memory, made in slabs as needed, never more than the
 * ceiling, never given back. A frame has one owner, who returns it.
 *
 * <p>Thread-safe.
 */
final class FramePool {
  /** One native allocation for 16 frames keeps the number of Cleaners small. */
  private static final int SLAB_FRAMES = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition returned = lock.newCondition();
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private final int limit;
  private int made;

  /**
   * @param limit most frames there will ever be
   */
  FramePool(int limit) {
    this.limit = limit;
  }

  /** A cleared frame, or null where all are taken. */
  @Nullable ByteBuffer tryTake() {
    lock.lock();
    try {
      return takeLocked();
    } finally {
      lock.unlock();
    }
  }

  /** A cleared frame, waiting for one if need be; null when the deadline passes first. */
  @Nullable ByteBuffer take(Deadline deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        ByteBuffer frame = takeLocked();
        long left = deadline.remainingNanos();
        if (frame != null || left <= 0) {
          return frame;
        }
        boolean more = returned.await(left, TimeUnit.NANOSECONDS);
        if (!more) {
          return takeLocked();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  void giveBack(ByteBuffer frame) {
    lock.lock();
    try {
      free.push(frame.clear());
      returned.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Frames that somebody owns now. */
  int taken() {
    lock.lock();
    try {
      return made - free.size();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ByteBuffer takeLocked() {
    if (free.isEmpty() && made < limit) {
      int frames = Math.min(SLAB_FRAMES, limit - made);
      ByteBuffer slab = ByteBuffer.allocateDirect(frames * Grain.BYTES);
      for (int i = 0; i < frames; i++) {
        free.push(slab.slice(i * Grain.BYTES, Grain.BYTES));
      }
      made += frames;
    }
    return free.poll();
  }
}
