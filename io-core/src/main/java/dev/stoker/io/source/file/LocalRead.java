package dev.stoker.io.source.file;

import java.util.concurrent.CompletableFuture;

/**
 * A read under way. Canceling it only asks: the buffer is the reading thread's until that lets go,
 * and whoever waits for this future gives the buffer to somebody else when it ends.
 */
final class LocalRead extends CompletableFuture<Void> {
  private volatile boolean cancelWished;

  /** Asks the reading thread to stop; it ends the future. */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    cancelWished = true;
    return false;
  }

  boolean isCancelWished() {
    return cancelWished;
  }
}
