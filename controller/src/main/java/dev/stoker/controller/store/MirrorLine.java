package dev.stoker.controller.store;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Tells a mirror what happens, one version after the other and none twice. Thread-safe. */
final class MirrorLine {
  private final QueueStore.Mirror mirror;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: what was told last.
  private long version;

  MirrorLine(QueueStore.Mirror mirror) {
    this.mirror = mirror;
  }

  /** Tells the queue as it is at a version, unless more than that was told already. */
  void load(QueueRows rows, long atVersion) {
    lock.lock();
    try {
      if (atVersion > version || version == 0) {
        mirror.load(rows, atVersion);
        version = atVersion;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The version that was told last. */
  long version() {
    lock.lock();
    try {
      return version;
    } finally {
      lock.unlock();
    }
  }

  /** Tells of events that just happened, under the next version. */
  void apply(List<QueueEvent> events) {
    lock.lock();
    try {
      version++;
      mirror.apply(version, 0, events);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Tells of the events of one version, unless they were told before.
   *
   * @return false when versions before this one are missing
   */
  boolean apply(long next, long ageMillis, List<QueueEvent> events) {
    lock.lock();
    try {
      if (next > version + 1) {
        return false;
      }
      if (next == version + 1) {
        version = next;
        mirror.apply(next, ageMillis, events);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
