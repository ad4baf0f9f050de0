package dev.stoker.io.stage;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Which stages hold damaged files, for whoever waits to hear of it. Thread-safe. */
final class DamageNews {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, String> sentences = new LinkedHashMap<>(); // guarded by lock

  /** Starts at random, so that who asks with the number of an earlier process is told at once. */
  private long version; // guarded by lock

  DamageNews(long version) {
    this.version = version;
  }

  /** The first damage of a stage is the one that is told. */
  void add(String stageId, String sentence) {
    lock.lock();
    try {
      if (sentences.putIfAbsent(stageId, sentence) == null) {
        version++;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  void remove(String stageId) {
    lock.lock();
    try {
      sentences.remove(stageId);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the version is another than {@code seen}, or the deadline passes. */
  DamagedStages await(long seen, Deadline deadline) {
    lock.lock();
    try {
      while (version == seen) {
        long left = deadline.remainingNanos();
        if (left <= 0 || !changed.await(left, TimeUnit.NANOSECONDS)) {
          break;
        }
      }
      return new DamagedStages(version, sentences);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for news of damage was interrupted.");
    } finally {
      lock.unlock();
    }
  }
}
