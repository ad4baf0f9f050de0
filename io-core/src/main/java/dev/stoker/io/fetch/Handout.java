package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.source.StreamWindow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who gets what of a request's bytes, and when: parts of a long answer are handed on while the rest
 * is on its way, since what was just received is still in the processor's caches, and a blocked
 * reader wants its first grains, not its last. Used under the {@link OriginQueue}'s lock.
 */
final class Handout {
  /** Handing on costs a thread's wake-up or so. */
  private static final int WORTH_BYTES = 1 << 20;

  private Handout() {}

  /** Whether so much more of a request is there that handing on pays; needs no lock. */
  static boolean pays(Run run, Run.Attempt attempt, int bytes) {
    if (bytes - attempt.seenBytes < WORTH_BYTES || run.range.lengthBytes() <= bytes) {
      return false;
    }
    attempt.seenBytes = bytes;
    return true;
  }

  /**
   * What waiters get of the first {@code bytes} while the rest is on its way: whole grains. Nothing
   * where only the end of the answer tells that its bytes belong together.
   */
  static List<Delivery.Part> early(Run run, int bytes) {
    if (run.done || run.asset().asset.info().version().readWhole()) {
      return List.of();
    }
    long there = (run.range.offset() + bytes) / RunSize.GRAIN_BYTES * RunSize.GRAIN_BYTES;
    return parts(run, there);
  }

  /** What waiters get now that all is there. */
  static List<Delivery.Part> rest(Run run) {
    return parts(run, run.range.end());
  }

  /**
   * How large a buffer a request needs: all of its range, or a window that moves over it where the
   * source and everybody who waits can do with one. Memory that stays in the processor's caches is
   * filled and emptied at twice the speed of what does not, and need not be touched first.
   */
  static int bufferBytes(Run run) {
    int bytes = (int) run.range.lengthBytes();
    StreamWindow window = run.asset().source.window();
    if (window == null || bytes <= window.bytes()) {
      return bytes;
    }
    for (Piece piece : run.pieces) {
      if (!streams(piece)) {
        return bytes;
      }
    }
    return window.bytes();
  }

  /** Who alone waits for all of a request's bytes; null where there are more. */
  static @Nullable Want onlyWaiter(Run run) {
    Want only = null;
    for (Piece piece : run.pieces) {
      if (piece.waiters.size() != 1 || (only != null && only != piece.waiters.getFirst())) {
        return null;
      }
      only = piece.waiters.getFirst();
    }
    return only;
  }

  /**
   * What the one who alone waited gets of bytes that were spliced, up to {@code bytes}. Who joined
   * late lacks them, and has them asked for again.
   */
  static List<Delivery.Part> spliced(Run run, Run.Attempt attempt, int bytes) {
    Want only = attempt.only;
    long start = run.range.offset() + attempt.seenBytes;
    long end = run.range.offset() + bytes;
    attempt.seenBytes = bytes;
    if (run.done || only == null) {
      return List.of();
    }
    List<Delivery.Part> parts = new ArrayList<>(1);
    for (Piece piece : run.pieces) {
      ByteRange gets = piece.waiters.contains(only) ? stretch(piece, only, start, end) : null;
      if (gets != null) {
        parts.add(new Delivery.Part(only, gets, 0));
        piece.serve(only, gets.end());
      }
    }
    return parts;
  }

  /** Whether a window would do for this piece. */
  static boolean streams(Piece piece) {
    if (piece.asset.source.window() == null || piece.asset.asset.info().version().readWhole()) {
      return false;
    }
    for (Want want : piece.waiters) {
      if (!want.sink.isQuick()) {
        return false;
      }
    }
    return true;
  }

  /**
   * What waiters get of the bytes of a window, from its attempt's last place to {@code bytes}.
   * Whose sink is not quick (it joined late) gets a copy, lest it hold up the connection.
   *
   * @return first what is to be handed over at once, with the attempt's own buffer
   */
  static List<Delivery> window(Run run, Run.Attempt attempt, int bytes, BufferPool pool) {
    List<Delivery.Part> here = new ArrayList<>(run.pieces.size());
    List<Delivery> deliveries = new ArrayList<>(1);
    deliveries.add(new Delivery(attempt.lease, run.priority(), here));
    long start = run.range.offset() + attempt.seenBytes;
    int startInBuffer =
        attempt.splice != null ? 0 : attempt.seenBytes % attempt.lease.buffer().limit();
    long end = run.range.offset() + bytes;
    attempt.seenBytes = bytes;
    if (run.done) {
      return deliveries;
    }
    for (Piece piece : run.pieces) {
      for (Want want : piece.waiters) {
        ByteRange gets = stretch(piece, want, start, end);
        if (gets == null) {
          continue;
        }
        var part = new Delivery.Part(want, gets, startInBuffer + gets.offset() - start);
        if (want.sink.isQuick()) {
          here.add(part);
        } else {
          Delivery copy = copy(part, attempt.lease, run, pool);
          if (copy == null) {
            continue;
          }
          deliveries.add(copy);
        }
        piece.serve(want, gets.end());
      }
    }
    return deliveries;
  }

  /**
   * What a waiter gets of bytes that came in a row, if anything. Who joined late gets nothing after
   * a gap: what it has must stay a stretch from its start.
   */
  private static @Nullable ByteRange stretch(Piece piece, Want want, long start, long end) {
    long from = piece.lackingFrom(want);
    long to = Math.min(end, Math.min(piece.end, want.range.end()));
    return from < start || from >= to ? null : ByteRange.between(from, to);
  }

  private static @Nullable Delivery copy(
      Delivery.Part part, BufferPool.Lease window, Run run, BufferPool pool) {
    int bytes = (int) part.range().lengthBytes();
    BufferPool.Lease own = pool.tryTake(bytes, run.priority());
    if (own == null) {
      return null;
    }
    own.buffer().put(0, window.buffer(), (int) part.offsetInBuffer(), bytes);
    return new Delivery(
        own, run.priority(), List.of(new Delivery.Part(part.want(), part.range(), 0)));
  }

  private static List<Delivery.Part> parts(Run run, long there) {
    List<Delivery.Part> parts = new ArrayList<>(run.pieces.size());
    for (Piece piece : run.pieces) {
      for (Want want : piece.waiters) {
        long from = piece.lackingFrom(want);
        long to = Math.min(there, Math.min(piece.end, want.range.end()));
        if (from < to) {
          parts.add(
              new Delivery.Part(want, ByteRange.between(from, to), from - run.range.offset()));
          if (there < run.range.end()) {
            piece.serve(want, to);
          }
        }
      }
    }
    return parts;
  }
}
