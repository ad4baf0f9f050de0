package dev.stoker.io.cache;

import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FileStatus;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.posix.PosixFiles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Data files that left the cache while somebody still had a link to them. They take disk until the
 * last link is gone, so they count until then.
 *
 * <p>Thread-safe.
 */
final class LostFiles {
  static final String FOLDER = "lost";

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Path, Long> bytes = new HashMap<>(); // guarded by lock
  private final Path folder;
  private final Space space;
  private long number; // guarded by lock

  LostFiles(Path diskFolder, Space space) {
    this.folder = diskFolder.resolve(FOLDER);
    this.space = space;
  }

  /** Takes a data file's name in the cache away. */
  void bury(Path data) throws PosixException {
    lock.lock();
    try {
      FileStatus status = PosixFiles.status(data);
      if (status.links() > 1) {
        Path grave;
        do {
          grave = folder.resolve(data.getFileName() + "." + number++);
        } while (bytes.containsKey(grave));
        PosixFiles.rename(data, grave);
        count(grave, status.allocatedBytes());
      } else {
        PosixFiles.remove(data);
      }
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Counts a file that an earlier process left here. */
  void found(Path grave, long allocatedBytes) {
    lock.lock();
    try {
      count(grave, allocatedBytes);
    } finally {
      lock.unlock();
    }
  }

  /** Removes those that nobody else has a link to any more. */
  void sweep() throws PosixException {
    lock.lock();
    try {
      for (Path grave : java.util.List.copyOf(bytes.keySet())) {
        if (PosixFiles.status(grave).links() == 1) {
          PosixFiles.remove(grave);
          Long freed = bytes.remove(grave);
          space.addLost(freed == null ? 0 : -freed);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void count(Path grave, long allocatedBytes) {
    bytes.put(grave, allocatedBytes);
    space.addLost(allocatedBytes);
  }
}
