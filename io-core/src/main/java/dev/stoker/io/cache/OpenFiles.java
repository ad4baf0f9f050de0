package dev.stoker.io.cache;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.OpenFlag;
import dev.stoker.io.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the files of the entries in use open, most recently used last, and never more than its two
 * ceilings allow: open entries (two descriptors each) and heap for their maps. Who needs one when
 * all are in use waits for one to be let go; uses are as short as one disk access.
 *
 * <p>Thread-safe.
 */
final class OpenFiles {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final LinkedHashMap<Entry, EntryFiles> open = new LinkedHashMap<>(64, 0.75f, true);
  private final int maxOpen;
  private final long maxHeapBytes;
  private int opening;
  private int uses;
  private boolean closed;

  OpenFiles(int maxOpen, long maxHeapBytes) {
    this.maxOpen = maxOpen;
    this.maxHeapBytes = maxHeapBytes;
  }

  /** An entry's files, held open for one caller; close it soon. */
  final class Use implements AutoCloseable {
    private final EntryFiles files;

    private Use(EntryFiles files) {
      this.files = files;
    }

    EntryFiles files() {
      return files;
    }

    @Override
    public void close() {
      release(files);
    }
  }

  /**
   * Opens the entry's files or joins those who have.
   *
   * @param create whether to make them where there are none
   * @return null when there are none and none were made, the entry is gone, or no descriptor came
   *     free in time
   * @throws IOException when the disk fails
   */
  @Nullable Use use(Entry entry, boolean create, Deadline deadline) throws IOException {
    lock.lock();
    try {
      while (true) {
        EntryFiles files = entry.files;
        if (closed || entry.gone || (files == null && !entry.onDisk && !create)) {
          return null;
        }
        if (files != null) {
          files.users++;
          uses++;
          open.get(entry); // most recently used
          return new Use(files);
        }
        if (!entry.opening && makeRoom()) {
          break;
        }
        long left = deadline.remainingNanos();
        if (left <= 0) {
          return null;
        }
        long _ = changed.awaitNanos(left);
      }
      entry.opening = true;
      opening++;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      lock.unlock();
    }
    return open(entry, create);
  }

  private @Nullable Use open(Entry entry, boolean create) throws IOException {
    EntryFiles files = null;
    // Keeps the files from being removed while they are opened; whoever removes them has the lock
    // alone, and then there is nothing to open.
    boolean shared = entry.content.readLock().tryLock();
    try {
      if (shared && !entry.gone) {
        files = entry.disk.openFiles(entry, create);
      }
    } finally {
      lock.lock();
      try {
        entry.opening = false;
        opening--;
        if (files != null) {
          files.users = 1;
          uses++;
          entry.files = files;
          entry.onDisk = true;
          open.put(entry, files);
        }
        changed.signalAll();
      } finally {
        lock.unlock();
        if (shared) {
          entry.content.readLock().unlock();
        }
      }
    }
    return files == null ? null : new Use(files);
  }

  /** Closes an entry's files once their last user is done; new users would open them anew. */
  void retire(Entry entry) {
    EntryFiles idle = null;
    lock.lock();
    try {
      EntryFiles files = entry.files;
      if (files != null) {
        open.remove(entry);
        entry.files = null;
        files.retired = true;
        idle = files.users == 0 ? files : null;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (idle != null) {
      idle.close();
    }
  }

  /** Marks an entry as gone and closes its files. */
  void forget(Entry entry) {
    lock.lock();
    try {
      entry.gone = true;
      entry.onDisk = false;
    } finally {
      lock.unlock();
    }
    retire(entry);
  }

  /**
   * Closes all files and opens none any more; waits until those in use are let go.
   *
   * @return whether they were, before the deadline
   */
  boolean close(Deadline deadline) {
    List<Entry> known;
    lock.lock();
    try {
      closed = true;
      while (uses + opening > 0) {
        long left = deadline.remainingNanos();
        if (left <= 0) {
          return false;
        }
        long _ = changed.awaitNanos(left);
      }
      known = List.copyOf(open.keySet());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
    known.forEach(this::retire);
    return true;
  }

  /** How many entries have files open. */
  int count() {
    lock.lock();
    try {
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  private void release(EntryFiles files) {
    boolean last = false;
    lock.lock();
    try {
      files.users--;
      uses--;
      last = files.retired && files.users == 0;
      if (files.users == 0) {
        changed.signalAll(); // somebody waits for a descriptor, or for the end
      }
    } finally {
      lock.unlock();
    }
    if (last) {
      files.close();
    }
  }

  /** Closes idle files where one more would not fit; false when all are in use. Under the lock. */
  private boolean makeRoom() {
    long heapBytes = 0;
    for (EntryFiles files : open.values()) {
      heapBytes += files.heapBytes();
    }
    if (open.size() + opening < maxOpen && heapBytes <= maxHeapBytes) {
      return true;
    }
    // An eighth at once, so that the walk is paid for once in many openings.
    int goal = maxOpen - maxOpen / 8 - 1;
    Iterator<Map.Entry<Entry, EntryFiles>> eldest = open.entrySet().iterator();
    while (eldest.hasNext() && (open.size() + opening > goal || heapBytes > maxHeapBytes)) {
      Map.Entry<Entry, EntryFiles> next = eldest.next();
      EntryFiles files = next.getValue();
      if (files.users == 0) {
        heapBytes -= files.heapBytes();
        next.getKey().files = null;
        eldest.remove();
        files.close();
      }
    }
    return open.size() + opening < maxOpen;
  }

  /**
   * Opens a data file to write, or to read where its mode allows no more (a linked file is 0444).
   */
  static FileHandle openData(Path path, boolean create) throws PosixException {
    try {
      return create
          ? FileHandle.open(path, 0600, OpenFlag.WRITE, OpenFlag.CREATE)
          : FileHandle.open(path, 0600, OpenFlag.WRITE);
    } catch (PosixException e) {
      if (e.errno() == Errno.EACCES && !create) {
        return FileHandle.open(path, 0);
      }
      throw e;
    }
  }
}
