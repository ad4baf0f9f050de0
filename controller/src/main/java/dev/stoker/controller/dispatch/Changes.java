package dev.stoker.controller.dispatch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells watchers when a job changed. Versions are a counter that starts at the time of day, so that
 * those of an earlier controller are always smaller. Thread-safe.
 */
final class Changes {
  /** Beyond this many changed jobs all of them count as changed, once. */
  private static final int REMEMBERED = 100_000;

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private final Map<Long, Long> versions = new HashMap<>();
  private final Map<Long, Set<Watcher>> watchers = new HashMap<>();
  private long counter;
  private long oldest;

  Changes(long wallMillis) {
    // Room for a thousand changes a millisecond, and exact in a JSON number until the year 2255.
    counter = wallMillis * 1_000;
    oldest = counter;
  }

  /** Somebody who waits. */
  private static final class Watcher {
    final CountDownLatch changed = new CountDownLatch(1);
  }

  void touch(long jobNumber) {
    Set<Watcher> awake;
    lock.lock();
    try {
      if (versions.size() >= REMEMBERED) {
        versions.clear();
        oldest = ++counter;
      }
      versions.put(jobNumber, ++counter);
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
