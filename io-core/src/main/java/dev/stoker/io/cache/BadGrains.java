package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
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

  BadGrains(OpenFiles open, FramePool frames, Counters counters, Departures departures) {
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
    boolean linked;
    try (OpenFiles.Use use = use(entry, deadline)) {
      if (use == null || entry.gone || !isBad(use.files(), entry, grain)) {
        return;
      }
      counters.corruptGrains.increment();
      if (!entry.foundDamaged) {
        entry.foundDamaged = true; // one line a file: a bad disk has thousands of bad grains
        LOG.log(
            System.Logger.Level.WARNING,
            "Grain {0} of {1} on the cache disk {2} is damaged and will be fetched again.",
            grain,
            entry.identity,
            entry.disk.folder);
      }
      linked = entry.links.count() > 0;
      if (!linked) {
        forget(entry, use.files(), grain, grain + 1);
      }
    } finally {
      entry.content.readLock().unlock();
    }
    if (linked) {
      departures.detach(entry);
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
      files.data().read(frame, Grain.offset(grain));
      return !files.matches(grain, frame, 0);
    } catch (IOException e) {
      return true;
    } finally {
      frames.giveBack(frame);
    }
  }

  /** The disk refused to give a range. */
  void unreadable(Entry entry, EntryFiles files, ByteRange range, IOException failure) {
    if (entry.content.readLock().tryLock()) {
      try {
        if (!entry.gone) {
          forget(entry, files, Grain.at(range.offset()), Grain.count(range.end()));
        }
      } finally {
        entry.content.readLock().unlock();
      }
    }
    departures.failed(entry.disk, failure);
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
