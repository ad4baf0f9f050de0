package dev.stoker.controller.store;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Where the queue lives. Thread-safe.
 *
 * <p>Changes are applied one after the other, so one that reads and then writes needs no lock.
 * Today there is {@link SqliteQueueStore}; a store that several controllers share fits behind the
 * same interface.
 */
public interface QueueStore extends AutoCloseable {

  /**
   * Applies a change and makes it durable; the future completes after that, and fails with what the
   * change threw, or with {@link StoreException} when it could not be stored or the store is
   * overloaded.
   */
  <T> CompletableFuture<T> write(Change<T> change);

  /**
   * Answers a question from one consistent picture of the queue that holds every change completed
   * before the call.
   *
   * @throws StoreException when it cannot be read
   */
  <T> T read(Function<QueueRows, T> question);

  /** Applies the changes that were accepted, then refuses new ones. */
  @Override
  void close();

  /** One change. Applied on the store's thread, so it must not wait for anything. */
  @FunctionalInterface
  interface Change<T> {
    T apply(QueueRows rows, AfterCommit afterCommit);
  }

  /**
   * Collects what a change does to memory. It is done once the change is durable and before its
   * future completes, in the order of the changes, and not at all when the change fails.
   */
  @FunctionalInterface
  interface AfterCommit {
    void run(Runnable effect);
  }
}
