package dev.stoker.io.cache;

import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.FileStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An entry's two open files and what its index says.
 *
 * <p>Order of events, so that a kill at any moment loses presence at most: a grain's bytes are
 * written before its index record; a record of absence is written before a hole is punched. Nothing
 * is synced: after a power loss a record without its bytes is found by its checksum.
 *
 * <p>Thread-safe; {@link #lock} guards the map and the index's end. Opened and closed by {@link
 * OpenFiles}.
 */
final class EntryFiles {
  /** Indexes below this are not worth rewriting: a header and some 500 single grains. */
  private static final long STALE_INDEX_BYTES = 16 << 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final FileHandle data;
  private final FileHandle index;
  private final long headerChecksum;
  private final GrainMap map;
  private long indexEnd;

  /** No check of a grain is older than this, on the cache's clock; guarded by {@link #lock}. */
  private long checkedSinceNanos;

  /**
   * The data file when its last check began, or when our own last write made it whole: who changed
   * it since was not us. Guarded by {@link #lock}.
   */
  private FileStatus checkedStamp;

  /** How many callers use the files now; guarded by the lock of {@link OpenFiles}. */
  int users;

  /** Whether to close with the last user; guarded by the lock of {@link OpenFiles}. */
  boolean retired;

  EntryFiles(
      FileHandle data,
      FileHandle index,
      long headerChecksum,
      GrainMap map,
      long indexEnd,
      long openedAtNanos)
      throws IOException {
    this.checkedStamp = data.status();
    this.data = data;
    this.index = index;
    this.headerChecksum = headerChecksum;
    this.map = map;
    this.indexEnd = indexEnd;
    this.checkedSinceNanos = openedAtNanos;
  }

  long checkedSinceNanos() {
    lock.lock();
    try {
      return checkedSinceNanos;
    } finally {
      lock.unlock();
    }
  }

  /** See the field: only its size and mtime say anything, links and modes are changed by us. */
  FileStatus checkedStamp() {
    lock.lock();
    try {
      return checkedStamp;
    } finally {
      lock.unlock();
    }
  }

  FileHandle data() {
    return data;
  }

  /**
   * A run of grains that are all here or all absent.
   *
   * @param present which of the two
   * @param end the grain after the last
   */
  record Run(boolean present, int end) {}

  Run run(int first, int limit) {
    lock.lock();
    try {
      return new Run(map.isPresent(first), map.runEnd(first, limit));
    } finally {
      lock.unlock();
    }
  }

  boolean isComplete() {
    lock.lock();
    try {
      return map.isComplete();
    } finally {
      lock.unlock();
    }
  }

  boolean isVerified() {
    lock.lock();
    try {
      return map.isComplete() && map.isVerified();
    } finally {
      lock.unlock();
    }
  }

  long presentBytes() {
    lock.lock();
    try {
      return map.presentBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Disk that data and index take, in whole blocks. */
  long heldBytes() {
    lock.lock();
    try {
      return map.diskBytes() + ((indexEnd + 4095) & ~4095L);
    } finally {
      lock.unlock();
    }
  }

  long heapBytes() {
    lock.lock();
    try {
      return map.heapBytes();
    } finally {
      lock.unlock();
    }
  }

  /** The first grain from {@code from} on that is here, or -1. */
  int nextPresent(int from) {
    lock.lock();
    try {
      return map.nextPresent(from);
    } finally {
      lock.unlock();
    }
  }

  int nextUnverified(int from) {
    lock.lock();
    try {
      return map.nextUnverified(from);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets every check, so that each grain is read from disk again. */
  void unverify(long nowNanos) throws IOException {
    lock.lock();
    try {
      checkedSinceNanos = nowNanos;
      checkedStamp = data.status();
      map.unverify();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the bytes at {@code at} of the buffer are this grain, as it was written. */
  boolean matches(int grain, ByteBuffer bytes, int at) {
    long expected;
    lock.lock();
    try {
      if (!map.isPresent(grain)) {
        return false;
      }
      expected = map.checksum(grain);
    } finally {
      lock.unlock();
    }
    int length = Grain.length(grain, map.lengthBytes());
    if (Checksum.of(bytes, at, length) != expected) {
      return false;
    }
    lock.lock();
    try {
      // Verified means: what the disk holds now was checked. The grain may have been dropped since.
      if (map.isPresent(grain) && map.checksum(grain) == expected) {
        map.verified(grain, grain + 1);
      }
    } finally {
      lock.unlock();
    }
    return true;
  }

  boolean isPresent(int grain) {
    lock.lock();
    try {
      return map.isPresent(grain);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes whole grains and then says in the index that they are here. The caller keeps punching
   * out meanwhile.
   */
  void write(int first, ByteBuffer grains) throws IOException {
    long[] checksums = new long[Grain.count(grains.remaining())];
    for (int i = 0; i < checksums.length; i++) {
      int at = i * Grain.BYTES;
      checksums[i] =
          Checksum.of(
              grains, grains.position() + at, Math.min(Grain.BYTES, grains.remaining() - at));
    }
    data.write(grains, Grain.offset(first));
    lock.lock();
    try {
      append(IndexFormat.present(first, checksums, headerChecksum, indexEnd));
      for (int i = 0; i < checksums.length; i++) {
        map.add(first + i, checksums[i]);
      }
      map.verified(first, first + checksums.length);
      if (map.isComplete()) {
        checkedStamp = data.status();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets grains; here at once, even where the index cannot be written any more. */
  void forget(int first, int end) throws IOException {
    lock.lock();
    try {
      map.remove(first, end);
      append(IndexFormat.absent(first, end, headerChecksum, indexEnd));
    } finally {
      lock.unlock();
    }
  }

  /** Gives the disk of grains back; the caller holds the entry's content lock alone. */
  void punch(int first, int end) throws IOException {
    for (int grain = first; grain < end; ) {
      Run run = run(grain, end);
      if (run.present()) {
        forget(grain, run.end());
        data.punchHole(Grain.offset(grain), Grain.offset(run.end()) - Grain.offset(grain));
      }
      grain = run.end();
    }
  }

  /** Whether most of the index is history; it is rewritten when it is opened the next time. */
  boolean isIndexStale() {
    lock.lock();
    try {
      return isStale(indexEnd, map.presentBytes());
    } finally {
      lock.unlock();
    }
  }

  /** The same of an index of that size for a file with that many bytes present. */
  static boolean isStale(long indexBytes, long presentBytes) {
    return indexBytes > STALE_INDEX_BYTES + 4 * 8 * (presentBytes / Grain.BYTES);
  }

  void close() {
    data.close();
    index.close();
  }

  private void append(ByteBuffer record) throws IOException {
    int bytes = record.remaining();
    try {
      index.write(record, indexEnd);
    } catch (IOException e) {
      index.truncate(indexEnd); // or half a record would stand where the next one goes
      throw e;
    }
    indexEnd += bytes;
  }
}
