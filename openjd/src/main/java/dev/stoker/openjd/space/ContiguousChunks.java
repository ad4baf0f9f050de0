package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.RangeExpression.Span;
import dev.stoker.openjd.expr.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chunks that never bridge a gap: each gapless interval of the range is divided evenly by itself.
 *
 * <p>A span with a step above 1 has no neighbours inside, so its values are chunks of one each and
 * need not be listed: only its ends can touch the span before or after. So the range becomes a
 * short list of groups, and a chunk is found by binary search over how many chunks end with each
 * group.
 */
final class ContiguousChunks implements Chunks {
  private final List<Group> groups;
  // ends[i] is the number of chunks in groups 0..i
  private final long[] ends;

  private sealed interface Group {
    long chunks();

    long first(long chunk);

    long last(long chunk);

    /** Consecutive integers from {@code start} on. */
    record Interval(long start, EvenParts parts) implements Group {
      @Override
      public long chunks() {
        return parts.parts();
      }

      @Override
      public long first(long chunk) {
        return start + parts.start(chunk);
      }

      @Override
      public long last(long chunk) {
        return start + parts.start(chunk + 1) - 1;
      }
    }

    /** Integers that have no neighbour. */
    record Singles(Span span) implements Group {
      @Override
      public long chunks() {
        return span.size();
      }

      @Override
      public long first(long chunk) {
        return span.get(chunk);
      }

      @Override
      public long last(long chunk) {
        return span.get(chunk);
      }
    }
  }

  ContiguousChunks(RangeExpression range, long limit) {
    groups = groups(range.spans(), limit);
    ends = new long[groups.size()];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += groups.get(i).chunks();
      ends[i] = end;
    }
  }

  private static List<Group> groups(List<Span> spans, long limit) {
    List<Span> pieces = new ArrayList<>();
    for (Span span : spans) {
      if (span.step() == 1) {
        addTouching(pieces, span);
      } else {
        addTouching(pieces, new Span(span.first(), span.first(), 1));
        if (span.size() > 2) {
          pieces.add(
              new Span(span.get(1), span.get(span.size() - 2), span.size() == 3 ? 1 : span.step()));
        }
        addTouching(pieces, new Span(span.last(), span.last(), 1));
      }
    }
    List<Group> groups = new ArrayList<>();
    for (Span piece : pieces) {
      groups.add(
          piece.step() == 1
              ? new Group.Interval(piece.first(), EvenParts.of(piece.size(), limit))
              : new Group.Singles(piece));
    }
    return groups;
  }

  /** Adds an interval, joined to the one before when no gap is between them. */
  private static void addTouching(List<Span> pieces, Span interval) {
    Span before = pieces.isEmpty() ? null : pieces.getLast();
    if (before != null && before.step() == 1 && before.last() + 1 == interval.first()) {
      pieces.set(pieces.size() - 1, new Span(before.first(), interval.last(), 1));
    } else {
      pieces.add(interval);
    }
  }

  @Override
  public long size() {
    return ends[ends.length - 1];
  }

  @Override
  public Value.Ints get(long index) {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException(index + " is not in 0.." + (size() - 1));
    }
    int found = Arrays.binarySearch(ends, index + 1);
    int group = found >= 0 ? found : -found - 1;
    long chunk = index - (group == 0 ? 0 : ends[group - 1]);
    long first = groups.get(group).first(chunk);
    long last = groups.get(group).last(chunk);
    String text = first + "-" + last;
    return new Value.Ints(RangeExpression.parse(text), text);
  }
}
