package dev.stoker.io.fetch;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.source.AssetSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is wanted of one origin, as disjoint {@link Piece}s, and the order in which they
 * become requests: a long piece is cut to what one request should get, short neighbours are joined.
 *
 * <p>Guarded by its {@link OriginQueue}'s lock.
 */
final class WantedPieces {
  private final FairQueue queue = new FairQueue();
  private final Map<AssetPieces.Key, AssetPieces> assets = new HashMap<>();

  /** Takes a want on; {@code source} reads the want's asset. */
  void add(Want want, AssetSource source) {
    AssetPieces asset =
        assets.computeIfAbsent(
            AssetPieces.Key.of(want.asset), key -> new AssetPieces(key, want.asset, source));
    new PieceLayout(asset, queue).add(want);
  }

  /** Everybody who waits. */
  List<Want> wants() {
    return assets.values().stream()
        .flatMap(asset -> asset.pieces.values().stream())
        .flatMap(piece -> piece.waiters.stream())
        .distinct()
        .toList();
  }

  /** The pieces that lie in a want's range; whether it waits for them, their waiters tell. */
  List<Piece> around(Want want) {
    AssetPieces asset = assets.get(AssetPieces.Key.of(want.asset));
    return asset == null ? List.of() : asset.overlapping(want.range);
  }

  long queuedBytes() {
    return queue.queuedBytes();
  }

  /** What waits beside this piece, and itself. */
  long queuedBytesWith(Piece piece) {
    return queue.queuedBytes(piece.priority) + piece.lengthBytes();
  }

  /** The piece that is to be served next, taken out, or null. */
  @Nullable Piece poll() {
    return queue.poll();
  }

  /** Puts back what could not be served after all. */
  void putBack(Run run) {
    run.pieces.reversed().forEach(piece -> queue.add(piece, true));
  }

  /** Enters a piece again that rested after a failure. */
  void enterAgain(Piece piece) {
    queue.add(piece, false);
  }

  /** Its pieces are on their way now, each at the expense of its own owner. */
  void served(Run run) {
    for (Piece piece : run.pieces) {
      piece.run = run;
      queue.served(piece, piece.lengthBytes());
    }
  }

  /** Leaves a piece what its waiters still lack of it; false where that is nothing. */
  boolean lacks(Piece piece) {
    long from = piece.waiters.stream().mapToLong(piece::lackingFrom).min().orElse(piece.start);
    if (from >= piece.end) {
      return false;
    }
    if (from > piece.start) {
      piece.asset.pieces.remove(piece.start, piece);
      piece.start = from;
      piece.asset.pieces.put(from, piece);
    }
    return true;
  }

  /** A piece that nobody waits for, or that has come. */
  void forget(Piece piece) {
    queue.remove(piece);
    AssetPieces asset = piece.asset;
    asset.pieces.remove(piece.start, piece);
    if (asset.pieces.isEmpty()) {
      assets.remove(asset.key, asset);
    }
  }

  /**
   * Makes a request of a piece: cuts off what is too long, joins neighbours that fit.
   *
   * @return null when nobody waits for it any more
   */
  @Nullable Run carve(Piece first, int wantedBytes) {
    List<Piece> pieces = new ArrayList<>(1);
    long stop = first.start + wantedBytes;
    Piece next = first;
    boolean streams = Handout.streams(first);
    boolean whole = first.asset.asset.info().version().readWhole();
    while (true) {
      if (next.end > stop && !whole) {
        cut(next, stop);
      }
      pieces.add(next);
      Piece neighbour = first.asset.pieces.get(next.end);
      if (neighbour == null
          || !neighbour.queued
          || neighbour.priority != first.priority
          || Handout.streams(neighbour) != streams
          || neighbour.start >= stop) {
        break;
      }
      queue.remove(neighbour);
      next = neighbour;
    }
    Deadline deadline = latestDeadline(pieces);
    if (deadline == null) {
      pieces.forEach(this::forget);
      return null;
    }
    return new Run(pieces, deadline);
  }

  /** Leaves the piece what lies before {@code stop}; the rest queues at the front. */
  private void cut(Piece piece, long stop) {
    // On a grain's border, where caches and direct writes like it.
    long border = stop / RunSize.GRAIN_BYTES * RunSize.GRAIN_BYTES;
    Piece rest = piece.splitAt(border > piece.start ? border : stop);
    if (rest.waiters.isEmpty()) {
      forget(rest);
    } else {
      queue.add(rest, true);
    }
  }

  private static @Nullable Deadline latestDeadline(List<Piece> pieces) {
    Deadline latest = null;
    for (Piece piece : pieces) {
      for (Want want : piece.waiters) {
        if (latest == null || want.deadline.atNanos() - latest.atNanos() > 0) {
          latest = want.deadline;
        }
      }
    }
    return latest;
  }
}
