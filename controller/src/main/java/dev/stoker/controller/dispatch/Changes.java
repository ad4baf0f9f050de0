package dev.stoker.controller.dispatch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Tells watchers when a job changed; versions are the store's. Thread-safe. */
final class Changes {
  /** Beyond this many changed jobs all of them count as changed, once. */
  private static final int REMEMBERED = 100_000;

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private final Map<Long, Long> versions = new HashMap<>();
  private final Map<Long, Set<Watcher>> watchers = new HashMap<>();
  private long oldest;

  /** Every job may have changed, as far as is known at a version. */
  void load(long version) {
    lock.lock();
    try {
      versions.clear();
      oldest = version;
      watchers.values().forEach(each -> each.forEach(watcher -> watcher.changed.countDown()));
      watchers.clear();
    } finally {
      lock.unlock();
    }
  }

  /** Somebody who waits. */
  private static final class Watcher {
    final CountDownLatch changed = new CountDownLatch(1);
  }

  void touch(long jobNumber, long version) {
    Set<Watcher> awake;
    lock.lock();
    try {
      if (versions.size() >= REMEMBERED) {
        versions.clear();
        oldest = version;
      }
      versions.put(jobNumber, version);
      awake = watchers.remove(jobNumber);
    } finally {
      lock.unlock();
    }
    if (awake != null) {
      awake.forEach(watcher -> watcher.changed.countDown());
    }
  }

  long version(long jobNumber) {
    lock.lock();
    try {
      return versions.getOrDefault(jobNumber, oldest);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the job's version is another than {@code since}, and says whether it is. */
  boolean await(long jobNumber, long since, long waitMillis) throws InterruptedException {
    var watcher = new Watcher();
    lock.lock();
    try {
      if (versions.getOrDefault(jobNumber, oldest) != since) {
        return true;
      }
      watchers.computeIfAbsent(jobNumber, ignored -> new HashSet<>()).add(watcher);
    } finally {
      lock.unlock();
    }
    try {
      return watcher.changed.await(waitMillis, TimeUnit.MILLISECONDS);
    } finally {
      forget(jobNumber, watcher);
    }
  }

  private void forget(long jobNumber, Watcher watcher) {
    lock.lock();
    try {
      Set<Watcher> waiting = watchers.get(jobNumber);
      if (waiting != null && waiting.remove(watcher) && waiting.isEmpty()) {
        watchers.remove(jobNumber);
      }
    } finally {
      lock.unlock();
    }
  }
}
