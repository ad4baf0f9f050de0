package dev.stoker.io.fetch;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pieces in order of service: by priority, within one by owner (who has been given the fewest bytes
 * is next, start-time fair queuing after Goyal, Vin and Cheng 1996), within one owner as they came.
 *
 * <p>A piece that several owners wait for stands in the line of each, and whoever's turn comes
 * first is charged for it: what a busy owner queued long ago must not hold up another one that
 * joined.
 *
 * <p>A piece that changes its priority or is cut is entered anew and its old entries left behind,
 * to be skipped when they come up. Guarded by its {@link OriginQueue}'s lock.
 */
final class FairQueue {
  private record Entry(Piece piece, int ticket) {
    boolean isValid() {
      return piece.queued && piece.ticket == ticket;
    }
  }

  private static final class OwnerLine {
    final String owner;
    final ArrayDeque<Entry> entries = new ArrayDeque<>();
    long servedBytes;

    OwnerLine(String owner) {
      this.owner = owner;
    }
  }

  private static final class Level {
    final Map<String, OwnerLine> lines = new LinkedHashMap<>();
    long queuedBytes;

    /**
     * Service of the owner that was last served: where newcomers start, so that none catches up.
     */
    long floorBytes;
  }

  private final Map<Priority, Level> levels = new EnumMap<>(Priority.class);

  FairQueue() {
    for (Priority priority : Priority.values()) {
      levels.put(priority, new Level());
    }
  }

  private Level level(Priority priority) {
    return levels.computeIfAbsent(priority, p -> new Level());
  }

  /** Enters a piece at the end, or at the front where it is the rest of one that was served. */
  void add(Piece piece, boolean inFront) {
    piece.queued = true;
    piece.ticket++;
    level(piece.priority).queuedBytes += piece.lengthBytes();
    // Nearly always one or two.
    for (int i = 0; i < piece.waiters.size(); i++) {
      String owner = piece.waiters.get(i).owner;
      if (!isOwnedByOneBefore(piece, i, owner)) {
        enter(piece, owner, inFront);
      }
    }
  }

  /** Another owner's want joined a piece that is queued. */
  void joined(Piece piece, Want want) {
    int at = piece.waiters.indexOf(want);
    if (piece.queued && at >= 0 && !isOwnedByOneBefore(piece, at, want.owner)) {
      enter(piece, want.owner, false);
    }
  }

  private static boolean isOwnedByOneBefore(Piece piece, int index, String owner) {
    for (int i = 0; i < index; i++) {
      if (piece.waiters.get(i).owner.equals(owner)) {
        return true;
      }
    }
    return false;
  }

  private void enter(Piece piece, String owner, boolean inFront) {
    Level level = level(piece.priority);
    OwnerLine line = level.lines.get(owner);
    if (line == null) {
      line = new OwnerLine(owner);
      line.servedBytes = level.floorBytes;
      level.lines.put(owner, line);
    }
    Entry entry = new Entry(piece, piece.ticket);
    if (inFront) {
      line.entries.addFirst(entry);
    } else {
      line.entries.addLast(entry);
    }
  }

  /** Takes a piece out of wherever it is. */
  void remove(Piece piece) {
    if (piece.queued) {
      piece.queued = false;
      level(piece.priority).queuedBytes -= piece.lengthBytes();
    }
  }

  /** The piece to be served next, taken out, or null. */
  @Nullable Piece poll() {
    for (Level level : levels.values()) {
      while (level.queuedBytes > 0) {
        OwnerLine next = null;
        var lines = level.lines.values().iterator();
        while (lines.hasNext()) {
          OwnerLine line = lines.next();
          while (!line.entries.isEmpty() && !line.entries.peekFirst().isValid()) {
            line.entries.removeFirst();
          }
          if (line.entries.isEmpty()) {
            lines.remove();
          } else if (next == null || line.servedBytes < next.servedBytes) {
            next = line;
          }
        }
        if (next == null) {
          break;
        }
        level.floorBytes = next.servedBytes;
        Piece piece = next.entries.removeFirst().piece();
        remove(piece);
        piece.owner = next.owner;
        return piece;
      }
    }
    return null;
  }

  /** Notes that an owner was given that much. */
  void served(Piece piece, long bytes) {
    OwnerLine line = level(piece.priority).lines.get(piece.owner);
    if (line != null) {
      line.servedBytes += bytes;
    }
  }

  long queuedBytes(Priority priority) {
    return level(priority).queuedBytes;
  }

  long queuedBytes() {
    long sum = 0;
    for (Level level : levels.values()) {
      sum += level.queuedBytes;
    }
    return sum;
  }
}
