package dev.stoker.io.cache;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Which 16 MiB segments of a large file were read lately: the clock by which parts of it are
 * evicted.
 *
 * <p>{@link #touch} is thread-safe; the hand belongs to whoever holds the entry's content lock
 * alone.
 */
final class Heat {
  private static final int SEGMENT_GRAINS = (16 << 20) / Grain.BYTES;

  private final AtomicIntegerArray touched;
  private int hand;

  Heat(int grains) {
    touched = new AtomicIntegerArray((grains + SEGMENT_GRAINS - 1) / SEGMENT_GRAINS);
  }

  void touch(int firstGrain, int endGrain) {
    for (int s = firstGrain / SEGMENT_GRAINS; s <= (endGrain - 1) / SEGMENT_GRAINS; s++) {
      if (touched.getPlain(s) == 0) {
        touched.setOpaque(s, 1);
      }
    }
  }

  int segments() {
    return touched.length();
  }

  int firstGrain(int segment) {
    return segment * SEGMENT_GRAINS;
  }

  /** Moves the hand on by one segment, which it cools; gives it where it was cold, else -1. */
  int nextCold() {
    int at = hand;
    hand = (hand + 1) % touched.length();
    return touched.getAndSet(at, 0) == 0 ? at : -1;
  }
}
