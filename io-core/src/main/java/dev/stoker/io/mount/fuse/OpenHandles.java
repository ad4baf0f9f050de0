package dev.stoker.io.mount.fuse;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Numbers for what the kernel has open. Thread-safe. */
final class OpenHandles<T> {
  private final AtomicLong numbers = new AtomicLong();
  private final ConcurrentHashMap<Long, T> open = new ConcurrentHashMap<>();

  long add(T opened) {
    long number = numbers.incrementAndGet();
    open.put(number, opened);
    return number;
  }

  T get(long number) {
    T opened = open.get(number);
    if (opened == null) {
      throw TreeFailure.INVALID;
    }
    return opened;
  }

  @Nullable T remove(long number) {
    return open.remove(number);
  }

  int count() {
    return open.size();
  }

  Collection<T> all() {
    return open.values();
  }
}
