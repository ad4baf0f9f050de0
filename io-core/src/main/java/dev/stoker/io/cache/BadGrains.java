package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.posix.FileStatus;
import dev.stoker.io.posix.PosixException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Drops what the disk gives back differently from how it was written, so that the next reader
 * fetches it again.
 *
 * <p>Thread-safe.
 */
final class BadGrains {
  private static final System.Logger LOG = System.getLogger(BadGrains.class.getName());

  private final OpenFiles open;
  private final FramePool frames;
  private final Counters counters;
  private final Departures departures;
  private final DamageListener listener;

  BadGrains(
      OpenFiles open,
      FramePool frames,
      Counters counters,
      Departures departures,
      DamageListener listener) {
    this.listener = listener;
    this.open = open;
    this.frames = frames;
    this.counters = counters;
    this.departures = departures;
  }

  /** The entry's files, or null where there are none or the disk does not give them. */
  OpenFiles.@Nullable Use use(Entry entry, Deadline deadline) {
    if (!entry.disk.health.isUsable()) {
      return null;
    }
    try {
      return open.use(entry, false, deadline);
    } catch (IOException e) {
      departures.failed(entry.disk, e);
      return null;
    }
  }

  /** A reader's bytes did not match: looks again with removal locked out, and drops what is bad. */
  void suspect(Entry entry, int grain, Deadline deadline) {
    if (!entry.content.readLock().tryLock()) {
      return; // it is being removed: that explains it
    }
    DamagedFile exposed;
    boolean linked;
    try (OpenFiles.Use use = use(entry, deadline)) {
      if (use == null || entry.gone || !isBad(use.files(), entry, grain)) {
        return;
      }
      counters.corruptGrains.increment();
      logOnce(entry, grain);
      exposed =
          exposed(entry, use.files(), "grain " + grain + " of its file does not hold its checksum");
      linked = entry.links.count() > 0;
      if (!linked) {
        forget(entry, use.files(), grain, grain + 1);
      }
    } finally {
      entry.content.readLock().unlock();
    }
    report(entry, exposed); // first: who leaves the cache unreported is told with a vaguer word
    if (linked) {
      departures.detach(entry);
    }
  }

  /** One line a file: a bad disk has thousands of bad grains. */
  private static void logOnce(Entry entry, int grain) {
    if (!entry.foundDamaged) {
      entry.foundDamaged = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "Grain {0} of {1} on the cache disk {2} is damaged and will be fetched again.",
          grain,
          entry.identity,
          entry.disk.folder);
    }
  }

  /**
   * Whether somebody wrote to a linked file, or took its index away: it leaves the cache then, and
   * who reads it is told.
   */
  boolean wasChangedByOthers(Entry entry, Deadline deadline) {
    DamagedFile exposed;
    if (!entry.content.readLock().tryLock()) {
      return false;
    }
    try (OpenFiles.Use use = use(entry, deadline)) {
      if (entry.gone || deadline.hasPassed() || !entry.disk.health.isUsable()) {
        return false;
      }
      if (use == null) {
        exposed = null; // its index does not hold: whoever is told, is told as it leaves
      } else if (hasForeignStamp(entry, use.files())) {
        exposed = exposed(entry, use.files(), "somebody wrote to its file");
      } else if (entry.links.count() > 0 && !use.files().isComplete()) {
        // It was complete when it was linked: what the index lost nobody can check.
        exposed = exposed(entry, use.files(), "part of its index was lost");
      } else {
        return false;
      }
    } catch (IOException e) {
      departures.failed(entry.disk, e);
      return false;
    } finally {
      entry.content.readLock().unlock();
    }
    report(entry, exposed);
    departures.detach(entry);
    return true;
  }

  private static boolean hasForeignStamp(Entry entry, EntryFiles files) throws PosixException {
    FileStatus now = files.data().status();
    entry.links.lock.lock();
    try {
      return entry.links.isChanged(now);
    } finally {
      entry.links.lock.unlock();
    }
  }

  /** What to tell of damage to a file that others read past us; null where nobody does. */
  private @Nullable DamagedFile exposed(Entry entry, EntryFiles files, String what) {
    if (!entry.links.isReadPastUs()) {
      return null;
    }
    String sentence =
        "The input "
            + entry.identity
            + " was damaged while it was laid out from the cache disk "
            + entry.disk.folder
            + ": "
            + what
            + "; what was rendered from it cannot be trusted, the next attempt gets it anew.";
    try {
      FileStatus status = files.data().status();
      return new DamagedFile(entry.identity, status.device(), status.inode(), sentence);
    } catch (PosixException e) {
      return new DamagedFile(entry.identity, 0, 0, sentence); // known by its identity alone
    }
  }

  private void report(Entry entry, @Nullable DamagedFile file) {
    if (file != null) {
      entry.damageTold = true;
      listener.damaged(file);
    }
  }

  private boolean isBad(EntryFiles files, Entry entry, int grain) {
    if (!files.isPresent(grain)) {
      return false;
    }
    ByteBuffer frame = frames.tryTake();
    if (frame == null) {
      return true; // one look must do; the worst is one grain fetched again
    }
    try {
      frame.limit(Grain.length(grain, entry.lengthBytes));
      int read = files.data().read(frame, Grain.offset(grain));
      return read < frame.limit() || !files.matches(grain, frame, 0);
    } catch (IOException e) {
      return true;
    } finally {
      frames.giveBack(frame);
    }
  }

  /** The disk refused to give a range. */
  void unreadable(Entry entry, EntryFiles files, ByteRange range, IOException failure) {
    DamagedFile exposed = null;
    if (entry.content.readLock().tryLock()) {
      try {
        if (!entry.gone) {
          exposed = exposed(entry, files, "its disk cannot read it: " + failure.getMessage());
          forget(entry, files, Grain.at(range.offset()), Grain.count(range.end()));
        }
      } finally {
        entry.content.readLock().unlock();
      }
    }
    departures.failed(entry.disk, failure);
    report(entry, exposed);
  }

  private void forget(Entry entry, EntryFiles files, int first, int end) {
    try {
      files.forget(first, end);
    } catch (IOException e) {
      departures.failed(entry.disk, e);
    }
    entry.disk.space.settle(entry, files, 0);
  }
}
