package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetPath;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Handles of files and folders that were met, by the handle space (root) they are valid in. Only
 * saves lookups: whoever uses one compares the attributes that come back. The longest unused are
 * forgotten. Thread-safe.
 */
final class KnownFiles {
  /** 15 MB when full. */
  private static final int MOST = 65_536;

  private record Key(NfsHandle root, AssetPath path) {
    // By hand: a record's own are made at run time, which a short command waits 10 ms for.
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && root.equals(key.root) && path.equals(key.path);
    }

    @Override
    public int hashCode() {
      return 31 * root.hashCode() + path.hashCode();
    }
  }

  /**
   * A file or folder.
   *
   * @param fileId of the file that the handle is for
   * @param folder whether it is one
   * @param lookedUpNanos when, on {@link System#nanoTime()}'s clock
   */
  record Known(NfsHandle handle, long fileId, boolean folder, long lookedUpNanos) {}

  private final Map<Key, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param path below the export
   */
  synchronized @Nullable Known get(Branch branch, AssetPath path) {
    return known.get(new Key(branch.root(), path));
  }

  void put(Branch branch, AssetPath path, NfsHandle handle, NfsAttributes attributes) {
    Known file = new Known(handle, attributes.fileId(), attributes.isFolder(), System.nanoTime());
    synchronized (this) {
      known.put(new Key(branch.root(), path), file);
    }
  }

  synchronized void forget(Branch branch, AssetPath path) {
    known.remove(new Key(branch.root(), path));
  }

  /** Forgets every handle of that space. */
  synchronized void forgetAll(Branch branch) {
    known.keySet().removeIf(key -> key.root().equals(branch.root()));
  }
}
