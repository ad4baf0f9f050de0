package dev.stoker.io.cache;

import java.util.Map;
import java.util.TreeMap;

/** Which bytes of a range have come. Not thread-safe. */
final class Coverage {
  /** Disjoint intervals that do not touch: start to end. */
  private final TreeMap<Long, Long> intervals = new TreeMap<>();

  private long bytes;

  /** Adds [from, to), however it overlaps what is there. */
  void add(long from, long to) {
    long start = from;
    long end = to;
    Map.Entry<Long, Long> before = intervals.floorEntry(from);
    if (before != null && before.getValue() >= from) {
      start = before.getKey();
      end = Math.max(end, before.getValue());
    }
    for (Map.Entry<Long, Long> next = intervals.ceilingEntry(start);
        next != null && next.getKey() <= end;
        next = intervals.ceilingEntry(start)) {
      end = Math.max(end, next.getValue());
      intervals.remove(next.getKey());
      bytes -= next.getValue() - next.getKey();
    }
    intervals.put(start, end);
    bytes += end - start;
  }

  /** Bytes covered, each once. */
  long bytes() {
    return bytes;
  }
}
