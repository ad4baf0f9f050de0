package dev.stoker.io.cache;

import java.util.concurrent.locks.ReentrantLock;

/**
 * What a disk's entries take, and room for more: whoever is about to write reserves first, and old
 * entries leave until it fits. So the ceilings hold at every moment, not on average.
 *
 * <p>Thread-safe; guards pins, queue places and sizes of the disk's entries.
 */
final class Space {
  /** Makes room; knows how to take an entry's files away. */
  @FunctionalInterface
  interface Evictor {
    /**
     * Frees what an entry holds, or part of it.
     *
     * @param neededBytes how much would be enough
     * @return whether it freed anything
     */
    boolean evict(Entry entry, long neededBytes);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final EvictionQueue queue = new EvictionQueue();
  private final long ceilingBytes;
  private final long maxEntries;
  private Evictor evictor = (entry, bytes) -> false;
  private Runnable sweeper = () -> {};
  private long heldBytes;
  private long reservedBytes;
  private long lostBytes;
  private long entries;

  /**
   * @param ceilingBytes of disk, data and indexes
   * @param maxFiles inodes; an entry takes two
   */
  Space(long ceilingBytes, long maxFiles) {
    this.ceilingBytes = ceilingBytes;
    this.maxEntries = Math.max(1, maxFiles / 2);
  }

  void evictBy(Evictor evictor) {
    this.evictor = evictor;
  }

  /** What looks for lost files that nobody holds any more, where nothing else frees room. */
  void sweepBy(Runnable lostFiles) {
    this.sweeper = lostFiles;
  }

  /** Makes sure that so many bytes more fit; {@link #settle} gives the reservation back. */
  boolean reserve(long bytes) {
    return reserve(bytes, 0);
  }

  /** The same for the two files of an entry; {@link #freeFile} gives it back. */
  boolean reserveFile() {
    return reserve(0, 1);
  }

  /** Lets entries leave until the ceilings hold. */
  void trim() {
    reserve(0, 0);
  }

  private boolean reserve(long bytes, int files) {
    int patience = Integer.MAX_VALUE;
    boolean swept = false;
    while (true) {
      Entry victim;
      long overBytes;
      boolean sweep;
      lock.lock();
      try {
        boolean fits =
            heldBytes + reservedBytes + lostBytes + bytes <= ceilingBytes
                && entries + files <= maxEntries;
        if (fits) {
          reservedBytes += bytes;
          entries += files;
          return true;
        }
        overBytes = heldBytes + reservedBytes + lostBytes + bytes - ceilingBytes;
        patience = Math.min(patience, queue.size());
        victim = bytes <= ceilingBytes && patience > 0 ? queue.next() : null;
        sweep = victim == null && lostBytes > 0 && !swept;
      } finally {
        lock.unlock();
      }
      if (sweep) {
        sweeper.run(); // a stage of an earlier process may be gone without a word to us
        swept = true;
        continue;
      }
      if (victim == null) {
        return false;
      }
      if (!evictor.evict(victim, files > 0 ? Long.MAX_VALUE : Math.max(bytes, overBytes))) {
        patience--;
      }
      returnToQueue(victim);
    }
  }

  /** Lets a reservation go and notes what the entry holds now. */
  void settle(Entry entry, EntryFiles files, long reserved) {
    lock.lock();
    try {
      reservedBytes -= reserved;
      if (!entry.gone) {
        resize(entry, files.heldBytes());
      }
    } finally {
      lock.unlock();
    }
  }

  void unreserve(long bytes) {
    lock.lock();
    try {
      reservedBytes -= bytes;
    } finally {
      lock.unlock();
    }
  }

  void freeFile() {
    lock.lock();
    try {
      entries--;
    } finally {
      lock.unlock();
    }
  }

  /** Disk that an entry takes. */
  long heldBytes(Entry entry) {
    lock.lock();
    try {
      return entry.heldBytes;
    } finally {
      lock.unlock();
    }
  }

  /** An entry that an earlier process left. */
  void found(Entry entry, long bytes) {
    lock.lock();
    try {
      entries++;
      resize(entry, bytes);
      queue.add(entry);
    } finally {
      lock.unlock();
    }
  }

  /** A new entry takes part in eviction from now on. */
  void add(Entry entry) {
    returnToQueue(entry);
  }

  /** The entry's files are gone. */
  void removed(Entry entry, boolean remember) {
    lock.lock();
    try {
      queue.remove(entry);
      resize(entry, 0);
      if (entry.onDisk) {
        entries--;
      }
      if (remember) {
        queue.remember(entry);
      }
    } finally {
      lock.unlock();
    }
  }

  void touch(Entry entry) {
    lock.lock();
    try {
      queue.touch(entry);
    } finally {
      lock.unlock();
    }
  }

  /** Keeps the entry until {@link #unpin}; the caller shares its content lock. */
  void pin(Entry entry, String owner) {
    lock.lock();
    try {
      entry.pins.add(owner);
      queue.remove(entry);
    } finally {
      lock.unlock();
    }
  }

  void unpin(Entry entry, String owner) {
    lock.lock();
    try {
      entry.pins.remove(owner);
    } finally {
      lock.unlock();
    }
    returnToQueue(entry);
  }

  boolean isPinned(Entry entry) {
    lock.lock();
    try {
      return !entry.pins.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Disk that is taken by files which left the cache but still have a name elsewhere. */
  void addLost(long bytes) {
    lock.lock();
    try {
      lostBytes += bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of disk taken by data, indexes and lost files. */
  long usedBytes() {
    lock.lock();
    try {
      return heldBytes + lostBytes;
    } finally {
      lock.unlock();
    }
  }

  long entries() {
    lock.lock();
    try {
      return entries;
    } finally {
      lock.unlock();
    }
  }

  long ceilingBytes() {
    return ceilingBytes;
  }

  private void returnToQueue(Entry entry) {
    lock.lock();
    try {
      if (!entry.gone && entry.place == Entry.Place.NONE && entry.pins.isEmpty()) {
        queue.add(entry);
      }
    } finally {
      lock.unlock();
    }
  }

  private void resize(Entry entry, long bytes) {
    long delta = bytes - entry.heldBytes;
    entry.heldBytes = bytes;
    heldBytes += delta;
    queue.resized(entry, delta);
  }
}
