package dev.stoker.io.cache;

import dev.stoker.io.asset.IoFailure;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The virtual threads of fills that nobody blocks on; owns and joins them. Thread-safe. */
final class BackgroundFills implements AutoCloseable {
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();

  /** Runs the work on a thread of its own; canceling the future interrupts it. */
  CompletableFuture<Void> start(String name, Runnable work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .name("fill " + name)
            .unstarted(
                () -> {
                  try {
                    work.run();
                    done.complete(null);
                  } catch (RuntimeException | Error e) {
                    done.completeExceptionally(e);
                  } finally {
                    running.remove(Thread.currentThread());
                  }
                });
    running.add(thread);
    var _ =
        done.whenComplete(
            (nothing, failure) -> {
              if (done.isCancelled()) {
                thread.interrupt();
              }
            });
    thread.start();
    return done;
  }

  /** Interrupts and joins what still runs. */
  @Override
  public void close() {
    for (Thread thread : running) {
      thread.interrupt();
    }
    for (Thread thread : running) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IoFailure.Canceled("Closing the cache was interrupted.");
      }
    }
  }
}
