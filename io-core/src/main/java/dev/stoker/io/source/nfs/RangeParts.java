package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.net.RpcCall;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which READs make a range, which memory each one fills, and which are to be handed on next: in the
 * order of the file, by one thread at a time. The buffer is a ring: where one was handed on, the
 * next one finds room.
 *
 * <p>Thread-safe; owned by one {@link RangeRead}.
 */
final class RangeParts {
  private static final Duration JUKEBOX_FIRST = Duration.ofMillis(100);

  /** One READ's share of the range. Its READ's alone until it is whole, then its hander's. */
  static final class Part {
    final ByteBuffer target;
    final long end;
    volatile @Nullable RpcCall call;
    @Nullable Branch lost;
    Duration wait = JUKEBOX_FIRST;
    int emptyAnswers;
    int losses;
    boolean lookedUpAgain;

    /** What the server told of the file with the last of it, if anything. */
    @Nullable NfsAttributes told;

    /** The file was found to be the pinned version since then, by asking. */
    boolean asked;

    /** All of it is there; guarded by the parts. */
    private boolean whole;

    private Part(ByteBuffer target, long end) {
      this.target = target;
      this.end = end;
    }

    long offset() {
      return end - target.remaining();
    }
  }

  private final ByteRange range;
  private final ByteBuffer into;

  // Guarded by this: all below.
  /** What is asked for and not handed on. */
  private final ArrayDeque<Part> inOrder = new ArrayDeque<>();

  private int partBytes;
  private int askedBytes;

  /** READs that may touch the buffer. */
  private int out;

  private boolean handing;
  private boolean over;
  private @Nullable Throwable failure;

  RangeParts(ByteRange range, ByteBuffer into) {
    this.range = range;
    this.into = into;
  }

  /** The first parts, as many as there is room for. */
  synchronized List<Part> first(int readBytes) {
    // A power of two, so that none reaches around the ring's end.
    partBytes = Math.min(into.remaining(), Integer.highestOneBit(readBytes));
    List<Part> first = new ArrayList<>();
    for (Part part = next(); part != null; part = next()) {
      first.add(part);
    }
    return first;
  }

  private @Nullable Part next() {
    int ring = into.remaining();
    int at = askedBytes % ring;
    long left = range.lengthBytes() - askedBytes;
    boolean full = inOrder.size() >= (ring + partBytes - 1) / partBytes;
    if (left == 0 || full || failure != null) {
      return null;
    }
    int count = (int) Math.min(left, Math.min(partBytes, ring - at));
    askedBytes += count;
    Part part = new Part(into.slice(into.position() + at, count), range.offset() + askedBytes);
    inOrder.add(part);
    out++;
    return part;
  }

  /** All bytes of {@code part} are there. */
  synchronized void arrived(Part part) {
    part.whole = true;
    out--;
  }

  /** Its READ has ended without them. */
  synchronized void lost() {
    out--;
  }

  /** Whether the caller is the one who hands on; until {@link #toHandOn} has nothing for it. */
  synchronized boolean mayHandOn() {
    boolean may = !handing;
    handing = true;
    return may;
  }

  /** What is handed on next; null when that is not there yet, or is no longer wanted. */
  synchronized @Nullable Part toHandOn() {
    Part part = inOrder.peek();
    if (failure == null && part != null && part.whole) {
      return part;
    }
    handing = false;
    return null;
  }

  /**
   * What {@link #toHandOn} gave was handed on: its memory is free.
   *
   * @return what is to be asked for in its place
   */
  synchronized @Nullable Part handedOn() {
    inOrder.remove();
    return next();
  }

  /**
   * Nothing more is asked for or handed on.
   *
   * @param why told at the end, unless something else went wrong before
   * @return what may be under way
   */
  synchronized List<Part> fail(Throwable why) {
    if (failure == null) {
      failure = why;
    }
    return List.copyOf(inOrder);
  }

  synchronized @Nullable Throwable failure() {
    return failure;
  }

  /** Whether the whole range has ended, one way or the other; true once. */
  synchronized boolean isOver() {
    if (over || out > 0 || handing || (failure == null && !inOrder.isEmpty())) {
      return false;
    }
    over = true;
    return true;
  }
}
