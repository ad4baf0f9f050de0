package dev.stoker.openjd.expr;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * A set of integers in increasing order, such as {@code 1-10,20-100:10} (2023-09, section
 * 3.4.1.1.1). Held as its spans, so {@code 1-1000000000} costs as much as {@code 1-2}.
 */
public final class RangeExpression {
  /** Beyond this magnitude sizes and steps would not fit into 64 bits; frames never get there. */
  static final long MAX_MAGNITUDE = (1L << 62) - 1;

  /** Far above what a person writes or a submitter lists; bounds the memory of one expression. */
  static final int MAX_SPANS = 10_000;

  private final List<Span> spans;
  // ends[i] is the number of values in spans 0..i
  private final long[] ends;

  /** Values {@code first, first + step, …, last}; {@code step} is 1 or more. */
  public record Span(long first, long last, long step) {
    public Span {
      if (first > last || step < 1 || (last - first) % step != 0) {
        throw new IllegalArgumentException(first + "-" + last + ":" + step + " is no span");
      }
    }

    public long size() {
      return (last - first) / step + 1;
    }

    public long get(long index) {
      return first + index * step;
    }

    private boolean contains(long value) {
      return first <= value && value <= last && (value - first) % step == 0;
    }

    private String text() {
      if (first == last) {
        return Long.toString(first);
      }
      // Two values read better apart, and a step between two is no pattern.
      return size() == 2 ? first + "," + last : first + "-" + last + (step == 1 ? "" : ":" + step);
    }
  }

  private RangeExpression(List<Span> sorted) {
    this.spans = joined(sorted);
    this.ends = new long[spans.size()];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += spans.get(i).size();
      ends[i] = end;
    }
  }

  /** Spans that touch become one, so that equal sets written without steps are equal. */
  private static List<Span> joined(List<Span> sorted) {
    List<Span> joined = new ArrayList<>();
    for (Span span : sorted) {
      Span before = joined.isEmpty() ? null : joined.getLast();
      boolean touches = before != null && before.last() + 1 == span.first();
      if (before != null && touches && before.step() == 1 && span.step() == 1) {
        joined.set(joined.size() - 1, new Span(before.first(), span.last(), 1));
      } else {
        joined.add(span);
      }
    }
    return List.copyOf(joined);
  }

  /**
   * Reads an expression.
   *
   * @throws ExpressionException where the text is none, or two of its ranges overlap
   */
  public static RangeExpression parse(String text) {
    return new RangeExpression(new RangeParser(text).spans());
  }

  /** The set of these values, evenly spaced runs of three and more folded into spans. */
  public static RangeExpression of(Collection<Long> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("A range expression has at least one value.");
    }
    long[] sorted = values.stream().mapToLong(Long::longValue).sorted().distinct().toArray();
    List<Span> spans = new ArrayList<>();
    int from = 0;
    while (from < sorted.length) {
      int to = endOfRun(sorted, from);
      long step = to > from ? sorted[from + 1] - sorted[from] : 1;
      spans.add(new Span(sorted[from], sorted[to], step));
      from = to + 1;
    }
    return new RangeExpression(spans);
  }

  private static int endOfRun(long[] sorted, int from) {
    int to = from + 1;
    while (to + 1 < sorted.length
        && sorted[to + 1] - sorted[to] == sorted[from + 1] - sorted[from]) {
      to++;
    }
    return to - from >= 2 && to < sorted.length ? to : from;
  }

  /** How many values there are; at least 1. */
  public long size() {
    return ends[ends.length - 1];
  }

  /** The value at this place of the increasing order, 0 first. */
  public long get(long index) {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException(index + " is not in 0.." + (size() - 1));
    }
    int found = Arrays.binarySearch(ends, index + 1);
    int span = found >= 0 ? found : -found - 1;
    return spans.get(span).get(index - (span == 0 ? 0 : ends[span - 1]));
  }

  public boolean contains(long value) {
    int low = 0;
    int high = spans.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Span span = spans.get(middle);
      if (value < span.first()) {
        high = middle - 1;
      } else if (value > span.last()) {
        low = middle + 1;
      } else {
        return span.contains(value);
      }
    }
    return false;
  }

  /** The place of a value in the increasing order, 0 first; empty when it is not among them. */
  public OptionalLong indexOf(long value) {
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      if (span.contains(value)) {
        return OptionalLong.of(ends[i] - span.size() + (value - span.first()) / span.step());
      }
    }
    return OptionalLong.empty();
  }

  /** Whether every value of {@code part} is among these. Costs the spans where those are whole. */
  public boolean containsAll(RangeExpression part) {
    return part.size() <= size() && part.spans.stream().allMatch(this::covers);
  }

  private boolean covers(Span part) {
    boolean within =
        spans.stream()
            .anyMatch(
                span ->
                    span.step() == 1 && span.first() <= part.first() && part.last() <= span.last());
    return within || LongStream.range(0, part.size()).allMatch(i -> contains(part.get(i)));
  }

  /** The spans in increasing order; none overlaps another. */
  public List<Span> spans() {
    return spans;
  }

  /**
   * The values at places {@code from} to {@code from + count - 1}, as a set of its own. Costs the
   * spans it touches, not the values.
   */
  public RangeExpression slice(long from, long count) {
    if (from < 0 || count < 1 || from > size() - count) {
      throw new IndexOutOfBoundsException(count + " values from " + from + " on of " + size());
    }
    List<Span> part = new ArrayList<>();
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      long spanStart = ends[i] - span.size();
      long first = Math.max(from, spanStart) - spanStart;
      long last = Math.min(from + count, ends[i]) - 1 - spanStart;
      if (first <= last) {
        long step = first == last ? 1 : span.step();
        part.add(new Span(span.get(first), span.get(last), step));
      }
    }
    return new RangeExpression(part);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RangeExpression that && spans.equals(that.spans);
  }

  @Override
  public int hashCode() {
    return spans.hashCode();
  }

  /** The expression in its shortest plain form; {@link #parse} reads it back. */
  @Override
  public String toString() {
    return String.join(",", spans.stream().map(Span::text).toList());
  }
}
