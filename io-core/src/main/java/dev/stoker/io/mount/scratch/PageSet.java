package dev.stoker.io.mount.scratch;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Which 4 KiB pages of a sparse file take disk. Memory follows what is written, not where: one bit
 * a page, in groups of 64 MiB that are there only when touched.
 *
 * <p>Not thread-safe; guarded by the lock of its file.
 */
final class PageSet {
  static final int PAGE_BYTES = 4096;
  private static final int GROUP_BITS = 14;
  private static final int GROUP_PAGES = 1 << GROUP_BITS;

  private final Map<Long, long[]> groups = new HashMap<>();
  private long count;

  /** Pages in it. */
  long count() {
    return count;
  }

  /** Pages that hold bytes of the range and are not in it. */
  long missing(long offset, long end) {
    long missing = 0;
    for (long page = offset / PAGE_BYTES; page * PAGE_BYTES < end; page++) {
      missing += has(page) ? 0 : 1;
    }
    return missing;
  }

  private boolean has(long page) {
    long[] group = groups.get(page >> GROUP_BITS);
    int bit = (int) (page & (GROUP_PAGES - 1));
    return group != null && (group[bit >> 6] & (1L << bit)) != 0;
  }

  /** Adds the pages that hold bytes of the range. */
  void add(long offset, long end) {
    for (long page = offset / PAGE_BYTES; page * PAGE_BYTES < end; page++) {
      if (!has(page)) {
        long[] group =
            groups.computeIfAbsent(page >> GROUP_BITS, at -> new long[GROUP_PAGES / Long.SIZE]);
        int bit = (int) (page & (GROUP_PAGES - 1));
        group[bit >> 6] |= 1L << bit;
        count++;
      }
    }
  }

  /** Takes out the pages that lie in the range whole; says how many there were. */
  long remove(long offset, long end) {
    long first = (offset + PAGE_BYTES - 1) / PAGE_BYTES;
    long last = end == Long.MAX_VALUE ? Long.MAX_VALUE : end / PAGE_BYTES;
    long before = count;
    Iterator<Map.Entry<Long, long[]>> all = groups.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Long, long[]> entry = all.next();
      long start = entry.getKey() << GROUP_BITS;
      if (start + GROUP_PAGES <= first || start >= last) {
        continue;
      }
      for (int bit = 0; bit < GROUP_PAGES; bit++) {
        long page = start + bit;
        long mask = 1L << bit;
        if (page >= first && page < last && (entry.getValue()[bit >> 6] & mask) != 0) {
          entry.getValue()[bit >> 6] &= ~mask;
          count--;
        }
      }
      if (first <= start && last >= start + GROUP_PAGES) {
        all.remove();
      }
    }
    return before - count;
  }
}
