package dev.stoker.controller.dispatch;

/** Somebody to tell that tasks may have become startable. */
final class Work {
  private volatile Runnable listener = () -> {};

  void appeared() {
    listener.run();
  }

  void tell(Runnable whom) {
    listener = whom;
  }
}
