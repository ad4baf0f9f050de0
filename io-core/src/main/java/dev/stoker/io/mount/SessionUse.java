package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.cache.FillProgress;
import dev.stoker.io.prefetch.AccessTrace;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one session looked up, opened and read: of its task that runs, what is missing and what was
 * opened; of all its tasks, the trace. All of it is bounded; what is over the bounds is said.
 *
 * <p>Thread-safe.
 */
final class SessionUse {
  /** A renderer that looks for more names in vain lacks a whole tree, which a few of them show. */
  static final int MOST_MISSING = 10_000;

  /** What a report names of the files. */
  private static final int MOST_TOLD = 100;

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: all below.
  private final Map<String, Missed> missing = new LinkedHashMap<>();
  private final Set<String> opened = new LinkedHashSet<>();
  private final Map<String, UsedFile> files = new LinkedHashMap<>();
  private final List<AccessTrace.Touch> touches = new ArrayList<>();
  private boolean cut;
  private long readBytes;
  private long fetchedBytes; // since the beginning
  private long fetchedBeforeBytes; // of these, what earlier tasks' accounts told
  private long fetchedToldBytes; // by the last account
  private long cachedBytes;

  /** A name that the kernel may remember as standing for nothing. */
  record Missed(long parent, String name) {}

  /** One version of a file that was opened. */
  private final class UsedFile implements OpenUse {
    final int index;
    final String location;
    final CachedAsset asset;
    final BitSet grains = new BitSet();
    boolean passed;

    UsedFile(int index, String location, CachedAsset asset) {
      this.index = index;
      this.location = location;
      this.asset = asset;
    }

    @Override
    public void read(ByteRange range) {
      touch(this, range);
    }

    @Override
    public void waited(long bytes) {
      fetched(bytes);
    }

    @Override
    public FillProgress ahead() {
      return new FillProgress() {
        @Override
        public void present(long bytes) {}

        @Override
        public void arrived(long bytes) {
          fetched(bytes);
        }
      };
    }

    String name() {
      return location + "/" + asset.asset().info().path();
    }
  }

  /**
   * A lookup that found nothing.
   *
   * @param parent the folder's node in the mount
   * @return whether it is remembered, so that {@link #nextTask} tells of it
   */
  boolean missed(String location, long parent, AssetPath path) {
    lock.lock();
    try {
      if (missing.size() >= MOST_MISSING) {
        return false;
      }
      missing.put(location + "/" + path, new Missed(parent, path.name()));
      return true;
    } finally {
      lock.unlock();
    }
  }

  OpenUse opened(String location, CachedAsset asset, boolean passed) {
    String name = location + "/" + asset.asset().info().path();
    // Not below the lock: who tells of damage holds the cache's own and asks for ours.
    long presentBytes = asset.presentBytes();
    lock.lock();
    try {
      if (opened.size() < AccessTrace.MOST_FILES) {
        opened.add(name);
      }
      UsedFile file = files.get(name);
      if (file == null) {
        if (files.size() >= AccessTrace.MOST_FILES) {
          cut = true;
          return OpenUse.NONE;
        }
        file = new UsedFile(files.size(), location, asset);
        files.put(name, file);
        cachedBytes += presentBytes;
      }
      file.passed |= passed;
      return file;
    } finally {
      lock.unlock();
    }
  }

  private void touch(UsedFile file, ByteRange range) {
    int first = (int) (range.offset() / AccessTrace.GRAIN_BYTES);
    int end = (int) ((range.end() + AccessTrace.GRAIN_BYTES - 1) / AccessTrace.GRAIN_BYTES);
    lock.lock();
    try {
      readBytes += range.lengthBytes();
      for (int at = file.grains.nextClearBit(first); at < end; ) {
        int next = file.grains.nextSetBit(at);
        int stop = next < 0 ? end : Math.min(next, end);
        add(new AccessTrace.Touch(file.index, at, stop - at));
        file.grains.set(at, stop);
        at = file.grains.nextClearBit(stop);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Reads on from the last touch lengthen it. */
  private void add(AccessTrace.Touch touch) {
    AccessTrace.Touch last = touches.isEmpty() ? null : touches.getLast();
    if (last != null
        && last.file() == touch.file()
        && last.grain() + last.grains() == touch.grain()) {
      touches.set(
          touches.size() - 1,
          new AccessTrace.Touch(last.file(), last.grain(), last.grains() + touch.grains()));
    } else if (touches.size() < AccessTrace.MOST_TOUCHES) {
      touches.add(touch);
    } else {
      cut = true;
    }
  }

  /** So many bytes came from an origin for this session. */
  void fetched(long bytes) {
    lock.lock();
    try {
      fetchedBytes += bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Begins a task's account; gives the names that the kernel is to forget the absence of. */
  List<Missed> nextTask() {
    lock.lock();
    try {
      List<Missed> forgotten = List.copyOf(missing.values());
      missing.clear();
      opened.clear();
      readBytes = 0;
      fetchedBeforeBytes = fetchedToldBytes; // what was brought for the task before it began is its
      cachedBytes = 0;
      return forgotten;
    } finally {
      lock.unlock();
    }
  }

  /** What happened since {@link #nextTask}, and which files were used since the beginning. */
  RootUse use() {
    List<UsedFile> largest;
    RootUse told;
    lock.lock();
    try {
      fetchedToldBytes = fetchedBytes;
      largest =
          files.values().stream()
              .sorted(Comparator.comparingLong((UsedFile file) -> -file.asset.lengthBytes()))
              .limit(MOST_TOLD)
              .toList();
      told =
          new RootUse(
              List.copyOf(missing.keySet()),
              List.copyOf(opened),
              readBytes,
              fetchedBytes - fetchedBeforeBytes,
              Math.max(0, cachedBytes - fetchedBytes + fetchedBeforeBytes),
              files.size(),
              List.of());
    } finally {
      lock.unlock();
    }
    return told.with(largest.stream().map(SessionUse::share).toList());
  }

  /** Outside the lock: it looks at the disk. */
  private static RootUse.Share share(UsedFile file) {
    return new RootUse.Share(
        file.name(),
        file.asset.lengthBytes(),
        file.asset.presentBytes(),
        Math.min(file.asset.lengthBytes(), file.grains.cardinality() * AccessTrace.GRAIN_BYTES),
        file.passed);
  }

  AccessTrace trace() {
    lock.lock();
    try {
      return new AccessTrace(
          files.values().stream()
              .map(
                  file ->
                      new AccessTrace.UsedFile(
                          file.location,
                          file.asset.asset().info().path().value(),
                          file.asset.asset().info().version().token(),
                          file.asset.lengthBytes(),
                          file.passed))
              .toList(),
          touches,
          !cut);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the kernel was given that version of that file to read past us. */
  boolean passed(String identity) {
    lock.lock();
    try {
      return cut
          || files.values().stream()
              .anyMatch(file -> file.passed && file.asset.asset().identity().equals(identity));
    } finally {
      lock.unlock();
    }
  }
}
