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
 * <p>A piece that changes its priority or is cut is entered anew and its old entry left behind, to
 * be skipped when it comes up. Guarded by its {@link OriginQueue}'s lock.
 */
final class FairQueue {
  private record Entry(Piece piece, int ticket) {
    boolean isValid() {
      return piece.queued && piece.ticket == ticket;
    }
  }

  private static final class OwnerLine {
    final ArrayDeque<Entry> entries = new ArrayDeque<>();
    long servedBytes;
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
    Level level = level(piece.priority);
    level.queuedBytes += piece.lengthBytes();
    OwnerLine line = level.lines.get(piece.owner);
    if (line == null) {
      line = new OwnerLine();
      line.servedBytes = level.floorBytes;
      level.lines.put(piece.owner, line);
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
