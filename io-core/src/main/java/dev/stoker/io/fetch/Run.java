package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One request to an origin for neighbouring pieces, with a second one beside it when the first is
 * slow. Guarded by its {@link OriginQueue}'s lock.
 */
final class Run {
  /** One of at most two requests. */
  static final class Attempt {
    final BufferPool.Lease lease;
    final long startedNanos;
    final boolean hedge;

    /** Volatile: whoever ends the run must see it, or its starter must see that the run ended. */
    volatile @Nullable CompletableFuture<Void> read;

    Attempt(BufferPool.Lease lease, long startedNanos, boolean hedge) {
      this.lease = lease;
      this.startedNanos = startedNanos;
      this.hedge = hedge;
    }
  }

  final List<Piece> pieces;
  final ByteRange range;
  final Deadline deadline;
  final List<Attempt> attempts = new ArrayList<>(2);

  /** Volatile as {@link Attempt#read} says; written under the lock. */
  volatile boolean done;

  @Nullable Future<?> hedgeTimer;

  Run(List<Piece> pieces, Deadline deadline) {
    this.pieces = pieces;
    this.range = ByteRange.between(pieces.getFirst().start, pieces.getLast().end);
    this.deadline = deadline;
  }

  AssetPieces asset() {
    return pieces.getFirst().asset;
  }

  Priority priority() {
    return pieces.getFirst().priority;
  }
}
