package dev.stoker.io.cache;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Who holds which entries, so that no eviction takes them. Thread-safe. */
final class Pins {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Set<Entry>> byOwner = new HashMap<>(); // guarded by lock

  /**
   * Holds an entry.
   *
   * @param entry gives the asset's entry, another one after the last was removed
   */
  void pin(Supplier<Entry> entry, String owner) {
    while (!pin(entry.get(), owner)) {
      Thread.onSpinWait();
    }
  }

  private boolean pin(Entry entry, String owner) {
    entry.content.readLock().lock(); // an eviction under way ends first
    try {
      if (entry.gone) {
        return false;
      }
      entry.disk.space.pin(entry, owner);
      remember(entry, owner);
      return true;
    } finally {
      entry.content.readLock().unlock();
    }
  }

  private void remember(Entry entry, String owner) {
    lock.lock();
    try {
      byOwner.computeIfAbsent(owner, name -> new HashSet<>()).add(entry);
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of everything that the owner pinned. */
  void unpin(String owner) {
    Set<Entry> freed;
    lock.lock();
    try {
      freed = byOwner.remove(owner);
    } finally {
      lock.unlock();
    }
    if (freed != null) {
      freed.forEach(entry -> entry.disk.space.unpin(entry, owner));
    }
  }
}
