package dev.stoker.io.cache;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FileStatus;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.posix.PosixFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How entries leave: evicted for room, in part or whole; dropped because their bytes are not right
 * any more; or lost together with their disk.
 *
 * <p>An entry is removed in this order: alone with its files; files unlinked; marked gone; out of
 * the map. So its successor, which has the same file names, is made only when those names are free.
 *
 * <p>Thread-safe.
 */
final class Departures implements DiskLoss, Space.Evictor {
  private static final System.Logger LOG = System.getLogger(Departures.class.getName());

  /** Below this a file leaves whole: a hole would keep its inodes for little. */
  static final long LEAST_PUNCHED_BYTES = 64L << 20;

  /** Punched at once, so that ext4's extent tree does not turn to dust. */
  private static final long LEAST_FREED_BYTES = 16L << 20;

  /** A descriptor comes free within a disk access; a second means that the disk hangs. */
  private static final Duration OPEN_PATIENCE = Duration.ofSeconds(1);

  private static final long DETACH_PATIENCE_SECONDS = 30;

  private final ConcurrentHashMap<EntryId, Entry> entries;
  private final OpenFiles open;

  Departures(ConcurrentHashMap<EntryId, Entry> entries, OpenFiles open) {
    this.entries = entries;
    this.open = open;
  }

  @Override
  public boolean evict(Entry entry, long neededBytes) {
    if (!entry.content.writeLock().tryLock()) {
      return false; // somebody is writing to it or linking it: not the coldest after all
    }
    try {
      if (entry.gone) {
        return true;
      }
      if (!entry.disk.health.isUsable() || entry.disk.space.isPinned(entry) || isLinked(entry)) {
        return false;
      }
      if (neededBytes < entry.heldBytes / 4 && entry.heldBytes > LEAST_PUNCHED_BYTES) {
        return punch(entry, Math.max(neededBytes, LEAST_FREED_BYTES));
      }
      remove(entry, true);
      return true;
    } catch (IOException e) {
      failed(entry.disk, e);
      return false;
    } finally {
      entry.content.writeLock().unlock();
    }
  }

  /** Whether unlinking it would free nothing: it was found with links that may be gone by now. */
  private static boolean isLinked(Entry entry) throws PosixException {
    if (entry.links.count() == 0 || !entry.onDisk) {
      return false;
    }
    Path data = entry.id.file(entry.disk.folder, EntryId.DATA);
    FileStatus now;
    try {
      now = PosixFiles.status(data);
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        entry.disk.lost.vanished(entry.identity, data); // somebody tidied up
        return false;
      }
      throw e;
    }
    entry.links.lock.lock();
    try {
      if (now.links() == 1) {
        entry.links.found(0);
      }
      return now.links() > 1;
    } finally {
      entry.links.lock.unlock();
    }
  }

  /** Punches segments that nobody read since the last time, round the file like a clock's hand. */
  private boolean punch(Entry entry, long wantedBytes) throws IOException {
    try (OpenFiles.Use use = open.use(entry, false, Deadline.after(OPEN_PATIENCE))) {
      if (use == null) {
        return false;
      }
      long before = entry.heldBytes;
      Heat heat = entry.heat();
      int steps = 2 * heat.segments(); // the second round finds what the first one cooled
      for (int i = 0; i < steps && before - use.files().heldBytes() < wantedBytes; i++) {
        int segment = heat.nextCold();
        if (segment >= 0) {
          int first = heat.firstGrain(segment);
          use.files().punch(first, Math.min(entry.grains, heat.firstGrain(segment + 1)));
        }
      }
      entry.disk.space.settle(entry, use.files(), 0);
      return entry.heldBytes < before;
    }
  }

  /** Takes the whole entry away; the caller holds its content lock alone. */
  private void remove(Entry entry, boolean remember) throws IOException {
    if (entry.onDisk) {
      entry.disk.remove(entry);
    }
    entry.disk.space.removed(entry, remember);
    open.forget(entry);
    entries.remove(entry.id, entry);
  }

  /**
   * Drops an entry for good, whoever pinned or linked it; those who have it open or linked keep
   * what they have.
   */
  void detach(Entry entry) {
    boolean alone = false;
    try {
      alone = entry.content.writeLock().tryLock(DETACH_PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!alone) {
        LOG.log(System.Logger.Level.ERROR, "Cannot drop {0}: its disk hangs.", entry.identity);
      } else if (!entry.gone) {
        remove(entry, false);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      failed(entry.disk, e);
    } finally {
      if (alone) {
        entry.content.writeLock().unlock();
      }
    }
  }

  @Override
  public void failed(CacheDisk disk, IOException failure) {
    if (disk.health.failed(failure)) {
      // Readers who come now find no entry and make one on another disk, or go to the origin.
      for (Entry entry : entries.values()) {
        if (entry.disk == disk) {
          open.forget(entry);
          entries.remove(entry.id, entry);
        }
      }
    }
  }
}
