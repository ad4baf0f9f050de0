package dev.stoker.controller.dispatch;

/** Somebody to tell that waiting requests may get something. Thread-safe. */
final class Work {
  private volatile Listener listener =
      new Listener() {
        @Override
        public void workAppeared() {}

        @Override
        public void nodeWon(long nodeNumber) {}
      };

  /** Who answers waiting requests. */
  interface Listener {
    /** Tasks may have become startable. */
    void workAppeared();

    /** A node won a lease, maybe of another controller, where it asked the same before. */
    void nodeWon(long nodeNumber);
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
