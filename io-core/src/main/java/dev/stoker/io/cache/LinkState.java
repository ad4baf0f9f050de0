package dev.stoker.io.cache;

import dev.stoker.io.posix.FileStatus;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the cache knows of a data file's names outside the cache. The kernel reads those past our
 * checksums, and root may write through them; so as long as there is one the file is never punched,
 * and its stamp is followed: size, mtime and ctime as our own last link(2), unlink(2) or chmod(2)
 * left them. Any other change is somebody else's.
 *
 * <p>Fields are guarded by {@link #lock}.
 */
final class LinkState {
  final ReentrantLock lock = new ReentrantLock();
  private int count;
  private int clones;
  private @Nullable FileStatus stamp;
  private boolean changed;

  /** The file was found with links that an earlier process made. */
  void found(int links) {
    count = links;
  }

  /** The file begins again under its name. */
  void forget() {
    lock.lock();
    try {
      count = 0;
      clones = 0;
      stamp = null;
      changed = false;
    } finally {
      lock.unlock();
    }
  }

  int count() {
    return count;
  }

  /** A file was made that shares its blocks with this one, or such a file went. */
  void cloned(int more) {
    lock.lock();
    try {
      clones += more;
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody may be reading these blocks through another name. */
  boolean isReadPastUs() {
    lock.lock();
    try {
      return count > 0 || clones > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody changed the file since our last own change; remembered for good. */
  boolean isChanged(FileStatus now) {
    FileStatus expected = stamp;
    if (expected != null
        && (now.lengthBytes() != expected.lengthBytes()
            || now.modifiedNanos() != expected.modifiedNanos()
            || now.changedNanos() != expected.changedNanos())) {
      changed = true;
    }
    return changed;
  }

  /** We changed the file's links or mode ourselves; this is what it looks like now. */
  void own(FileStatus now) {
    FileStatus before = stamp;
    if (before != null && before.modifiedNanos() != now.modifiedNanos()) {
      changed = true; // our own changes never touch mtime
    }
    stamp = now;
    count = now.links() - 1;
    if (count == 0 && !changed) {
      stamp = null;
    }
  }
}
