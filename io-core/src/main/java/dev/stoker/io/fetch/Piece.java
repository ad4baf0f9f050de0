package dev.stoker.io.fetch;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of one asset that somebody waits for. Pieces of an asset never overlap. Guarded by its
 * {@link OriginQueue}'s lock.
 */
final class Piece {
  final AssetPieces asset;
  long start;
  long end;
  final List<Want> waiters;
  Priority priority;

  /** Who is charged for it: whoever wanted it first, until it is served. */
  String owner;

  int failedTries;

  /**
   * Up to where in the asset each waiter got its bytes already; those that got none are not in it.
   */
  private @Nullable IdentityHashMap<Want, Long> servedTo;

  /** The request that gets it; null while it is queued or rests after a failure. */
  @Nullable Run run;

  /**
   * Which of the queue's entries for this piece is valid; a piece that moved leaves old ones
   * behind.
   */
  int ticket;

  boolean queued;

  Piece(
      AssetPieces asset,
      long start,
      long end,
      List<Want> waiters,
      Priority priority,
      String owner) {
    this.asset = asset;
    this.start = start;
    this.end = end;
    this.waiters = waiters;
    this.priority = priority;
    this.owner = owner;
  }

  /** Where what a waiter still lacks begins; the piece's end where it lacks nothing. */
  long lackingFrom(Want want) {
    long from = Math.max(start, want.range.offset());
    Long served = servedTo == null ? null : servedTo.get(want);
    if (served == null) {
      return from;
    }
    return served >= want.range.end() ? end : Math.max(from, served);
  }

  /** A waiter gets its bytes up to there. */
  void serve(Want want, long to) {
    if (servedTo == null) {
      servedTo = new IdentityHashMap<>(2);
    }
    servedTo.put(want, to);
  }

  long lengthBytes() {
    return end - start;
  }

  /** Cuts off everything from {@code at} on and returns that; not yet queued. */
  Piece splitAt(long at) {
    Piece rest = new Piece(asset, at, end, new ArrayList<>(waiters), priority, owner);
    rest.failedTries = failedTries;
    rest.servedTo = servedTo == null ? null : new IdentityHashMap<>(servedTo);
    end = at;
    asset.pieces.put(at, rest);
    // A want that ended inside is no longer waiting for both halves.
    waiters.removeIf(want -> want.range.offset() >= at);
    rest.waiters.removeIf(want -> want.range.end() <= at);
    return rest;
  }
}
