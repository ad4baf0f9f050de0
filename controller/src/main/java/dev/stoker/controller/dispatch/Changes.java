package dev.stoker.controller.dispatch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Tells watchers when a job changed; versions are the store's. Thread-safe. */
final class Changes {
  /** Beyond this many changed jobs all of them count as changed, once. */
  private static final int REMEMBERED = 100_000;

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private final Map<Long, Long> versions = new HashMap<>();
  private final Map<Long, Set<CompletableFuture<Boolean>>> watchers = new HashMap<>();
  private long oldest;

  /** Every job may have changed, as far as is known at a version. */
  void load(long version) {
    Set<CompletableFuture<Boolean>> awake = new HashSet<>();
    lock.lock();
    try {
      versions.clear();
      oldest = version;
      watchers.values().forEach(awake::addAll);
      watchers.clear();
    } finally {
      lock.unlock();
    }
    awake.forEach(watcher -> watcher.complete(true));
  }

  void touch(long jobNumber, long version) {
    Set<CompletableFuture<Boolean>> awake;
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
      awake.forEach(watcher -> watcher.complete(true));
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

  /**
   * Completes with true once the job's version is another than {@code since}, and with false when
   * it was not for so long. Cancel it to stop watching.
   */
  CompletableFuture<Boolean> next(long jobNumber, long since, long waitMillis) {
    var watcher = new CompletableFuture<Boolean>();
    lock.lock();
    try {
      if (versions.getOrDefault(jobNumber, oldest) != since) {
        return CompletableFuture.completedFuture(true);
      }
      watchers.computeIfAbsent(jobNumber, ignored -> new HashSet<>()).add(watcher);
    } finally {
      lock.unlock();
    }
    var _ =
        watcher
            .completeOnTimeout(false, waitMillis, TimeUnit.MILLISECONDS)
            .whenComplete((changed, failure) -> forget(jobNumber, watcher));
    return watcher;
  }

  @SuppressWarnings("CollectionUndefinedEquality") // Watchers are told apart by identity.
  private void forget(long jobNumber, CompletableFuture<Boolean> watcher) {
    lock.lock();
    try {
      Set<CompletableFuture<Boolean>> waiting = watchers.get(jobNumber);
      if (waiting != null && waiting.remove(watcher) && waiting.isEmpty()) {
        watchers.remove(jobNumber);
      }
    } finally {
      lock.unlock();
    }
  }
}
