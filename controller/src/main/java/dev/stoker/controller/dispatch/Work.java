package dev.stoker.controller.dispatch;

import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;

/** Somebody to tell that waiting requests may get something. Thread-safe. */
final class Work {
  private final Clocks clocks;

  /** When tasks that failed may start again, in milliseconds since 1970. */
  private final ConcurrentSkipListSet<Long> later = new ConcurrentSkipListSet<>();

  private volatile Listener listener =
      new Listener() {
        @Override
        public void workAppeared() {}

        @Override
        public void nodeWon(long nodeNumber) {}
      };

  Work(Clocks clocks) {
    this.clocks = clocks;
  }

  /** Who answers waiting requests. */
  interface Listener {
    /** Tasks may have become startable. */
    void workAppeared();

    /** A node won a lease, maybe of another controller, where it asked the same before. */
    void nodeWon(long nodeNumber);
  }

  /** Work appears at a time. */
  void appearsAt(long millis) {
    later.add(millis);
  }

  /** Tells of what was to appear until now. */
  void wake() {
    SortedSet<Long> due = later.headSet(clocks.wallMillis(), true);
    if (!due.isEmpty()) {
      due.clear();
      appeared();
    }
  }

  void appeared() {
    listener.workAppeared();
  }

  void nodeWon(long nodeNumber) {
    listener.nodeWon(nodeNumber);
  }

  void tell(Listener whom) {
    listener = whom;
  }
}
