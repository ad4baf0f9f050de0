package dev.stoker.io.cache;

import dev.stoker.io.fetch.Priority;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way from the origin to one entry: wants, so that nobody asks twice; taps, for
 * readers who wait; and grains of which only a part has come yet.
 *
 * <p>Thread-safe.
 */
final class Arrivals {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Want> wants = new ArrayList<>(2);
  private volatile List<Tap> taps = List.of(); // copied on write: offered to without the lock
  private final Map<Integer, Assembly> assemblies = new HashMap<>(2);

  /** A grain whose bytes come in several pieces. */
  static final class Assembly {
    final ByteBuffer frame;
    final Coverage come = new Coverage();

    Assembly(ByteBuffer frame) {
      this.frame = frame;
    }
  }

  /**
   * How the wants of one caller split.
   *
   * @param joined wants of others that bring part of it, at least as urgently
   * @param fresh wants that the caller must now fetch, and {@link #end}
   */
  record Split(List<Want> joined, List<Want> fresh) {}

  /** Registers the wish for grains {@code first} up to {@code end}. */
  Split want(int first, int end, Priority priority) {
    lock.lock();
    try {
      List<Want> joined = new ArrayList<>();
      List<Want> fresh = new ArrayList<>();
      int grain = first;
      while (grain < end) {
        Want known = covering(grain, priority);
        if (known != null) {
          joined.add(known);
          grain = known.end();
        } else {
          int until = nextCovered(grain, end, priority);
          fresh.add(new Want(grain, until, priority));
          grain = until;
        }
      }
      wants.addAll(fresh);
      return new Split(joined, fresh);
    } finally {
      lock.unlock();
    }
  }

  /** The want is over, however it ended; the last one over takes unfinished grains with it. */
  void end(Want want, FramePool frames) {
    lock.lock();
    try {
      wants.remove(want);
      assemblies
          .entrySet()
          .removeIf(
              e -> {
                boolean orphan = wants.stream().noneMatch(w -> w.covers(e.getKey()));
                if (orphan) {
                  frames.giveBack(e.getValue().frame);
                }
                return orphan;
              });
    } finally {
      lock.unlock();
    }
  }

  void add(Tap tap) {
    lock.lock();
    try {
      List<Tap> more = new ArrayList<>(taps);
      more.add(tap);
      taps = List.copyOf(more);
    } finally {
      lock.unlock();
    }
  }

  void remove(Tap tap) {
    lock.lock();
    try {
      taps = taps.stream().filter(t -> t != tap).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Gives a piece to every reader who waits for part of it. */
  void offer(long offset, ByteBuffer piece) {
    for (Tap tap : taps) {
      tap.offer(offset, piece);
    }
  }

  /**
   * Adds a piece of one grain.
   *
   * @return the grain's frame once all of it has come, the caller's from then on; null before, or
   *     where no frame was to be had
   */
  @Nullable ByteBuffer assemble(
      int grain, int grainBytes, int at, ByteBuffer piece, FramePool frames) {
    lock.lock();
    try {
      Assembly assembly = assemblies.get(grain);
      if (assembly == null) {
        ByteBuffer frame = frames.tryTake();
        if (frame == null || wants.stream().noneMatch(w -> w.covers(grain))) {
          if (frame != null) {
            frames.giveBack(frame);
          }
          return null;
        }
        assembly = new Assembly(frame);
        assemblies.put(grain, assembly);
      }
      assembly.frame.put(at, piece, piece.position(), piece.remaining());
      assembly.come.add(at, (long) at + piece.remaining());
      if (assembly.come.bytes() < grainBytes) {
        return null;
      }
      assemblies.remove(grain);
      return assembly.frame.position(0).limit(grainBytes);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Want covering(int grain, Priority priority) {
    for (Want want : wants) {
      if (want.covers(grain) && want.priority().compareTo(priority) <= 0) {
        return want;
      }
    }
    return null;
  }

  private int nextCovered(int grain, int end, Priority priority) {
    int next = end;
    for (Want want : wants) {
      if (want.first() > grain && want.priority().compareTo(priority) <= 0) {
        next = Math.min(next, want.first());
      }
    }
    return next;
  }
}
