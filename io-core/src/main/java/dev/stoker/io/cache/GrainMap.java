package dev.stoker.io.cache;

import java.util.BitSet;

/**
 * Which grains of one file are here, which of them were checked since this process started, and
 * their checksums. Checksums lie in pages made on demand, so that a sparse terabyte costs little.
 *
 * <p>Not thread-safe; owned by its {@link EntryFiles}.
 */
final class GrainMap {
  /** 4 KiB of checksums, for 32 MiB of data. */
  private static final int PAGE_GRAINS = 512;

  private final long lengthBytes;
  private final int grains;
  private final BitSet present = new BitSet();
  private final BitSet verified = new BitSet();
  private final long[][] checksums;
  private int pages;
  private int presentGrains;

  GrainMap(long lengthBytes) {
    this.lengthBytes = lengthBytes;
    this.grains = Grain.count(lengthBytes);
    this.checksums = new long[(grains + PAGE_GRAINS - 1) / PAGE_GRAINS][];
  }

  int grains() {
    return grains;
  }

  long lengthBytes() {
    return lengthBytes;
  }

  boolean isPresent(int grain) {
    return present.get(grain);
  }

  boolean isComplete() {
    return presentGrains == grains;
  }

  boolean isVerified() {
    return verified.nextClearBit(0) >= grains;
  }

  long checksum(int grain) {
    return checksums[grain / PAGE_GRAINS][grain % PAGE_GRAINS];
  }

  /** Notes a grain; says whether it was absent. */
  boolean add(int grain, long checksum) {
    boolean added = !present.get(grain);
    if (added) {
      present.set(grain);
      presentGrains++;
    }
    int page = grain / PAGE_GRAINS;
    if (checksums[page] == null) {
      checksums[page] = new long[Math.min(PAGE_GRAINS, grains - page * PAGE_GRAINS)];
      pages++;
    }
    checksums[page][grain % PAGE_GRAINS] = checksum;
    return added;
  }

  void verified(int first, int end) {
    verified.set(first, end);
  }

  /** Forgets every verification, so that the next one reads the disk again. */
  void unverify() {
    verified.clear();
  }

  /** The first grain from {@code from} on that is here, or -1. */
  int nextPresent(int from) {
    return present.nextSetBit(from);
  }

  /** The first grain from {@code from} on that is here but was not checked, or -1. */
  int nextUnverified(int from) {
    for (int grain = verified.nextClearBit(from); grain < grains; ) {
      int there = present.nextSetBit(grain);
      if (there < 0) {
        return -1;
      }
      if (!verified.get(there)) {
        return there;
      }
      grain = verified.nextClearBit(there);
    }
    return -1;
  }

  /** Forgets grains {@code first} up to {@code end}; says how many had been there. */
  int remove(int first, int end) {
    int count = 0;
    for (int g = present.nextSetBit(first); g >= 0 && g < end; g = present.nextSetBit(g + 1)) {
      count++;
    }
    present.clear(first, end);
    verified.clear(first, end);
    presentGrains -= count;
    return count;
  }

  /** Where the run of equal presence that starts at {@code first} ends, at most {@code limit}. */
  int runEnd(int first, int limit) {
    int end = present.get(first) ? present.nextClearBit(first) : present.nextSetBit(first);
    return end < 0 ? limit : Math.min(end, limit);
  }

  /** Bytes of data that are here. */
  long presentBytes() {
    long bytes = (long) presentGrains * Grain.BYTES;
    boolean shortEnd = grains > 0 && present.get(grains - 1);
    return shortEnd ? bytes - Grain.BYTES + Grain.length(grains - 1, lengthBytes) : bytes;
  }

  /** Disk that the present grains take. */
  long diskBytes() {
    return (presentBytes() + 4095) & ~4095L;
  }

  /** Roughly what this map takes on the heap. */
  long heapBytes() {
    return 128
        + (present.size() + verified.size()) / 8
        + 8L * checksums.length
        + 8L * PAGE_GRAINS * pages;
  }
}
