package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import java.util.ArrayList;
import java.util.List;

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
