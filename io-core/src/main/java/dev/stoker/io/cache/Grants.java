package dev.stoker.io.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Which project proved lately that it may read which asset version. Kept in memory only and for an
 * hour, so that a right taken away at the origin ends here too.
 *
 * <p>Thread-safe.
 */
final class Grants {
  private static final long LIFETIME_NANOS = TimeUnit.HOURS.toNanos(1);

  /** More files than a scene has; who falls out asks the origin again. */
  private static final int MOST = 200_000;

  private record Grant(String project, EntryId asset) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final LongSupplier nanos;
  private final Map<Grant, Long> grantedAtNanos =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Grant, Long> eldest) {
          return size() > MOST;
        }
      };

  Grants(LongSupplier nanos) {
    this.nanos = nanos;
  }

  void add(String project, EntryId asset) {
    lock.lock();
    try {
      grantedAtNanos.remove(new Grant(project, asset)); // so that it counts as the newest
      grantedAtNanos.put(new Grant(project, asset), nanos.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  boolean holds(String project, EntryId asset) {
    lock.lock();
    try {
      Long at = grantedAtNanos.get(new Grant(project, asset));
      return at != null && nanos.getAsLong() - at < LIFETIME_NANOS;
    } finally {
      lock.unlock();
    }
  }
}
