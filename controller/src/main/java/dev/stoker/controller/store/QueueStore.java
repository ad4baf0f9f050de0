package dev.stoker.controller.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Where the queue lives. Thread-safe.
 *
 * <p>Changes are applied one after the other, those of other controllers on the same database
 * included, so one that reads and then writes needs no lock. When a change is applied, the {@link
 * Mirror} has heard of every change before it, except of those that are made durable together with
 * it.
 */
public interface QueueStore extends AutoCloseable {

  /**
   * Has a mirror follow the queue from now on. To be called once, before the first change.
   *
   * @throws StoreException when the queue cannot be read
   */
  void follow(Mirror mirror);

  /**
   * Applies a change and makes it durable; the future completes after that, and fails with what the
   * change threw, or with {@link StoreException} when it could not be stored or the store is
   * overloaded.
   */
  <T> CompletableFuture<T> write(Change<T> change);

  /**
   * Tells every controller's mirror of something that no table holds. The future completes when
   * none of them can miss it.
   */
  CompletableFuture<?> tell(QueueEvent event);

  /**
   * Answers a question from one consistent picture of the queue that holds every change completed
   * before the call.
   *
   * @throws StoreException when it cannot be read
   */
  <T> T read(Function<QueueRows, T> question);

  /**
   * Has the mirror hear of what other controllers changed before this call, at once.
   *
   * @return whether there was anything
   * @throws StoreException when the queue cannot be read
   */
  boolean catchUp();

  /** Applies the changes that were accepted, then refuses new ones. */
  @Override
  void close();

  /**
   * One change. Applied on the store's thread, so it must not wait for anything. It may be applied
   * twice, the first time to no effect: what it does must follow from the rows and the mirror.
   */
  @FunctionalInterface
  interface Change<T> {
    /**
     * @param events takes what the change means for mirrors: told once the change is durable and
     *     before its future completes, in the order of the changes; not at all when it fails
     */
    T apply(QueueRows rows, Consumer<QueueEvent> events);
  }

  /** What a controller keeps in memory of the queue. Called by one thread at a time. */
  interface Mirror {
    /** Takes the queue as it is, whatever was known before; its newest version is given. */
    void load(QueueRows rows, long version);

    /**
     * Takes what changes did.
     *
     * @param version counts up; at least as large as all before
     * @param ageMillis how long ago that was, ≥ 0
     */
    void apply(long version, long ageMillis, List<QueueEvent> events);
  }
}
