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
  private static final System.Logger LOG = System.getLogger(LostFiles.class.getName());

  static final String FOLDER = "lost";

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Path, Long> bytes = new HashMap<>(); // guarded by lock
  private final Path folder;
  private final Space space;
  private long number; // guarded by lock
  private volatile DamageListener listener = file -> {};

  LostFiles(Path diskFolder, Space space) {
    this.folder = diskFolder.resolve(FOLDER);
    this.space = space;
  }

  void tell(DamageListener who) {
    listener = who;
  }

  /**
   * Takes a data file's name in the cache away. Whoever has a link to it is told: nothing checks it
   * from now on.
   *
   * @param identity of what it holds, empty where its index does not say
   * @param tell false where they know already
   */
  void bury(Path data, String identity, boolean tell) throws PosixException {
    DamagedFile orphan = null;
    lock.lock();
    try {
      FileStatus status = PosixFiles.status(data);
      if (status.links() > 1) {
        orphan = orphan(identity, data, status.device(), status.inode());
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
    if (orphan != null && tell) {
      listener.damaged(orphan);
    }
  }

  /** Somebody else took the name of a linked file away. */
  void vanished(String identity, Path data) {
    listener.damaged(orphan(identity, data, 0, 0));
  }

  private static DamagedFile orphan(String identity, Path data, long device, long inode) {
    return new DamagedFile(
        identity,
        device,
        inode,
        "The input "
            + (identity.isEmpty() ? "in " + data : identity)
            + " left the cache while it was laid out, because its file or its index was damaged;"
            + " what was rendered from it cannot be trusted, the next attempt gets it anew.");
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

  /** The same where nobody waits for it. */
  void trySweep() {
    try {
      sweep();
    } catch (PosixException e) {
      LOG.log(System.Logger.Level.WARNING, "Cannot tidy up {0}: {1}", folder, e.getMessage());
    }
  }

  private void count(Path grave, long allocatedBytes) {
    bytes.put(grave, allocatedBytes);
    space.addLost(allocatedBytes);
  }
}
