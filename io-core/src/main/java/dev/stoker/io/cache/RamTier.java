package dev.stoker.io.cache;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Verified grains in memory, for readers who ask for less than a grain: without it each 4 KiB read
 * would read and check 64 KiB. Reads of whole grains do not enter it, since the page cache serves
 * them as fast and a scan would only wash it out.
 *
 * <p>Evicts by SIEVE (Zhang et al., NSDI 2024): one queue in order of arrival and a hand that
 * passes over what was read since its last round. Split into stripes, each under its own lock;
 * bytes are copied under that lock, so a frame is never evicted from under a reader.
 *
 * <p>Thread-safe. A version's bytes never change, so nothing here ever goes stale.
 */
final class RamTier {
  private static final int STRIPES = 16;

  private final FramePool frames;
  private final Stripe[] stripes = new Stripe[STRIPES];

  private record Key(EntryId entry, int grain) {}

  private static final class Slot {
    final Key key;
    final ByteBuffer frame;
    @Nullable Slot newer;
    @Nullable Slot older;
    boolean visited;

    Slot(Key key, ByteBuffer frame) {
      this.key = key;
      this.frame = frame;
    }
  }

  /**
   * @param frames where evicted frames go back to
   * @param limit most frames held here
   */
  RamTier(FramePool frames, int limit) {
    this.frames = frames;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe(Math.max(1, limit / STRIPES));
    }
  }

  /** Copies {@code into.remaining()} bytes of a grain, from {@code from} on, if it is here. */
  boolean copy(EntryId entry, int grain, int from, ByteBuffer into) {
    Key key = new Key(entry, grain);
    Stripe stripe = stripe(key);
    stripe.lock.lock();
    try {
      Slot slot = stripe.slots.get(key);
      if (slot == null) {
        return false;
      }
      slot.visited = true;
      int length = into.remaining();
      into.put(into.position(), slot.frame, from, length);
      into.position(into.position() + length);
      return true;
    } finally {
      stripe.lock.unlock();
    }
  }

  /** Takes a frame with a verified grain over. */
  void put(EntryId entry, int grain, ByteBuffer frame) {
    Key key = new Key(entry, grain);
    Stripe stripe = stripe(key);
    ByteBuffer loser;
    stripe.lock.lock();
    try {
      loser = stripe.put(new Slot(key, frame));
    } finally {
      stripe.lock.unlock();
    }
    if (loser != null) {
      frames.giveBack(loser);
    }
  }

  /** Gives a frame of some cold grain back to the pool; says whether there was one. */
  boolean shrink() {
    for (Stripe stripe : stripes) {
      stripe.lock.lock();
      try {
        ByteBuffer loser = stripe.evict();
        if (loser != null) {
          frames.giveBack(loser);
          return true;
        }
      } finally {
        stripe.lock.unlock();
      }
    }
    return false;
  }

  private Stripe stripe(Key key) {
    int hash = (int) (key.entry.low() ^ key.grain * 0x9E3779B9L);
    return stripes[(hash ^ hash >>> 16) & (STRIPES - 1)];
  }

  /** One SIEVE; every method under the lock. */
  private static final class Stripe {
    final ReentrantLock lock = new ReentrantLock();
    final Map<Key, Slot> slots = new HashMap<>();
    private final int limit;
    private @Nullable Slot newest;
    private @Nullable Slot oldest;
    private @Nullable Slot hand;

    Stripe(int limit) {
      this.limit = limit;
    }

    /** Adds a slot; gives the frame that has to leave for it, if any. */
    @Nullable ByteBuffer put(Slot slot) {
      if (slots.containsKey(slot.key)) {
        return slot.frame;
      }
      ByteBuffer loser = slots.size() >= limit ? evict() : null;
      slots.put(slot.key, slot);
      slot.older = newest;
      if (newest != null) {
        newest.newer = slot;
      }
      newest = slot;
      if (oldest == null) {
        oldest = slot;
      }
      return loser;
    }

    @Nullable ByteBuffer evict() {
      Slot at = hand != null ? hand : oldest;
      while (at != null && at.visited) {
        at.visited = false;
        at = at.newer != null ? at.newer : oldest;
      }
      if (at == null) {
        return null;
      }
      hand = at.newer;
      unlink(at);
      slots.remove(at.key);
      return at.frame;
    }

    private void unlink(Slot slot) {
      if (slot.older != null) {
        slot.older.newer = slot.newer;
      } else {
        oldest = slot.newer;
      }
      if (slot.newer != null) {
        slot.newer.older = slot.older;
      } else {
        newest = slot.older;
      }
    }
  }
}
