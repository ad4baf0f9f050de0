package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.OldestFirst;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.QueueStore;
import java.util.function.Function;

/** Keeps what may go below a ceiling, a bounded number of changes at a time. Thread-safe. */
final class Room {
  private final QueueStore store;
  private final Function<QueueRows, OldestFirst> rows;
  private final int mostRounds;

  /**
   * @param mostRounds changes at once; more wait for the next time
   */
  Room(QueueStore store, Function<QueueRows, OldestFirst> rows, int mostRounds) {
    this.store = store;
    this.rows = rows;
    this.mostRounds = mostRounds;
  }

  /** Removes the oldest until the rest fits. */
  void make(long ceilingBytes) {
    for (int round = 0; round < mostRounds && bytes() > ceilingBytes; round++) {
      Answers.await(
          store.write(
              (all, events) -> {
                rows.apply(all).removeOldest();
                return true;
              }));
    }
  }

  long bytes() {
    return store.read(all -> rows.apply(all).bytes());
  }
}
