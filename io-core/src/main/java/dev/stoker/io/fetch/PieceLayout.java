package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Fits one more want among the pieces of its asset: it joins what overlaps and adds what is
 * missing. Used under the {@link OriginQueue}'s lock.
 */
final class PieceLayout {
  private final AssetPieces asset;
  private final FairQueue queue;

  PieceLayout(AssetPieces asset, FairQueue queue) {
    this.asset = asset;
    this.queue = queue;
  }

  void add(Want want) {
    // Without any validator only one request can tell that its bytes belong together.
    boolean unversioned = want.asset.info().version().readWhole();
    ByteRange needed = unversioned ? want.asset.info().wholeRange() : want.range;
    long at = needed.offset();
    for (Piece piece : asset.overlapping(needed)) {
      if (at < piece.start) {
        addNew(want, at, piece.start);
      }
      // Joining may cut the piece.
      long end = piece.end;
      join(want, piece, needed, unversioned);
      at = end;
    }
    if (at < needed.end()) {
      addNew(want, at, needed.end());
    }
  }

  private void addNew(Want want, long start, long end) {
    List<Want> waiters = new ArrayList<>(1);
    waiters.add(want);
    Piece piece = new Piece(asset, start, end, waiters, want.priority, want.owner);
    asset.pieces.put(start, piece);
    queue.add(piece, false);
  }

  private void join(Want want, Piece piece, ByteRange needed, boolean unversioned) {
    boolean lift = want.priority.compareTo(piece.priority) < 0 && piece.run == null;
    if (!lift) {
      piece.waiters.add(want);
      queue.joined(piece, want);
      return;
    }
    boolean wasQueued = piece.queued;
    queue.remove(piece);
    Piece wanted = piece;
    if (wasQueued && !unversioned) {
      if (needed.end() < piece.end) {
        enqueueOrForget(piece.splitAt(needed.end()));
      }
      if (needed.offset() > piece.start) {
        wanted = piece.splitAt(needed.offset());
        enqueueOrForget(piece);
      }
    }
    wanted.priority = want.priority;
    wanted.waiters.add(want);
    if (wasQueued) {
      queue.add(wanted, false);
    }
  }

  /** A part that only somebody wanted who has gone since is nobody's. */
  private void enqueueOrForget(Piece piece) {
    if (piece.waiters.isEmpty()) {
      asset.pieces.remove(piece.start, piece);
    } else {
      queue.add(piece, true);
    }
  }
}
