package dev.stoker.controller.dispatch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Keeps answers that cost the database much: one that took long is good for twenty times as long,
 * so however many people look, such questions take a twentieth of the time. Thread-safe.
 */
final class RecentAnswers<K, V> {
  private static final long GOOD_FOR_AT_LEAST = TimeUnit.SECONDS.toNanos(1);
  private static final long GOOD_FOR_TIMES = 20;
  private static final int KEPT = 200;

  private record Answer<V>(V value, long goodUntilNanos) {}

  private final Clocks clocks;
  private final ReentrantLock lock = new ReentrantLock(); // one question at a time
  private final Map<K, Answer<V>> answers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Answer<V>> eldest) {
          return size() > KEPT;
        }
      };

  RecentAnswers(Clocks clocks) {
    this.clocks = clocks;
  }

  V get(K question, Supplier<V> find) {
    lock.lock();
    try {
      Answer<V> known = answers.get(question);
      long now = clocks.nanos();
      if (known != null && now - known.goodUntilNanos() < 0) {
        return known.value();
      }
      V value = find.get();
      long end = clocks.nanos();
      long good = Math.max(GOOD_FOR_AT_LEAST, (end - now) * GOOD_FOR_TIMES);
      answers.put(question, new Answer<>(value, end + good));
      return value;
    } finally {
      lock.unlock();
    }
  }
}
