package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.FileStatus;
import dev.stoker.io.posix.PosixException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads grains only to check them, before somebody reads the file past us, or because a person
 * asked.
 *
 * <p>Thread-safe.
 */
final class Verifier {
  private final BadGrains bad;
  private final FramePool frames;

  Verifier(BadGrains bad, FramePool frames) {
    this.bad = bad;
    this.frames = frames;
  }

  /**
   * Checks every grain that is present and was not checked since the files were opened; drops bad
   * ones.
   *
   * @return how many were bad
   */
  int verify(Entry entry, Deadline deadline) {
    int dropped = 0;
    for (int grain = 0; grain >= 0; ) {
      if (deadline.hasPassed()) {
        throw new IoFailure.TimedOut(
            "Verifying " + entry.identity + " in the cache took longer than its deadline.");
      }
      try (OpenFiles.Use use = bad.use(entry, deadline)) {
        grain = use == null ? -1 : use.files().nextUnverified(grain);
        if (use != null && grain >= 0) {
          if (!holds(use.files(), entry, grain, deadline)) {
            dropped++;
          }
          grain++;
        }
      }
    }
    return dropped;
  }

  /** The entry's data file as it is now; null where the disk does not give it. */
  @Nullable FileStatus stamp(Entry entry, Deadline deadline) {
    try (OpenFiles.Use use = bad.use(entry, deadline)) {
      return use == null ? null : use.files().data().status();
    } catch (PosixException e) {
      return null; // reading it will say so, too
    }
  }

  /** The first grain from {@code from} on that is here, or -1. */
  int nextPresent(Entry entry, int from, Deadline deadline) {
    try (OpenFiles.Use use = bad.use(entry, deadline)) {
      return use == null ? -1 : use.files().nextPresent(from);
    }
  }

  /**
   * Checks one grain, whether or not that was done before; drops it where it is bad.
   *
   * @return false where it is bad; one that left meanwhile is not
   */
  boolean check(Entry entry, int grain, Deadline deadline) {
    try (OpenFiles.Use use = bad.use(entry, deadline)) {
      return use == null
          || !use.files().isPresent(grain)
          || holds(use.files(), entry, grain, deadline);
    }
  }

  private boolean holds(EntryFiles files, Entry entry, int grain, Deadline deadline) {
    ByteBuffer frame = take(entry, deadline);
    try {
      frame.limit(Grain.length(grain, entry.lengthBytes));
      int read = files.data().read(frame, Grain.offset(grain));
      // Of a file cut short the frame would keep what an earlier grain left in it.
      if (read == frame.limit() && files.matches(grain, frame, 0)) {
        return true;
      }
      bad.suspect(entry, grain, deadline);
      return false;
    } catch (IOException e) {
      ByteRange range = Grain.range(grain, grain + 1, entry.lengthBytes);
      bad.unreadable(entry, files, range, e);
      return false;
    } finally {
      frames.giveBack(frame);
    }
  }

  private ByteBuffer take(Entry entry, Deadline deadline) {
    @Nullable ByteBuffer frame = null;
    try {
      frame = frames.take(deadline);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Verifying " + entry.identity + " was canceled.");
    }
    if (frame == null) {
      throw new IoFailure.TimedOut(
          "Verifying " + entry.identity + " found all of the cache's memory in use.");
    }
    return frame;
  }
}
