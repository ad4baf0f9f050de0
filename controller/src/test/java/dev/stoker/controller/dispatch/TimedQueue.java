package dev.stoker.controller.dispatch;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.store.QueueStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A queue whose clocks stand still until a test has time pass. */
final class TimedQueue implements AutoCloseable {
  private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);
  private final Clocks clocks =
      new Clocks(() -> Instant.ofEpochMilli(millis.get()), () -> millis.get() * 1_000_000);
  final QueueStore store;
  final Queue queue;

  TimedQueue(StoreKind kind, Path folder) {
    store = kind.open(folder);
    queue = Queue.open(store, clocks, Sharing.EQUAL);
  }

  void pass(Duration time) {
    millis.addAndGet(time.toMillis());
  }

  @Override
  public void close() {
    store.close();
  }
}
