package dev.stoker.controller.observe;

import dev.stoker.controller.store.QueueEvent;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.QueueStore;
import dev.stoker.controller.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * A store that counts: how long changes and questions take, and the leases that its changes gave
 * out and ended. Leases are counted when they are durable, so none twice and none that was undone.
 */
public final class MeasuredStore implements QueueStore {
  private final QueueStore store;
  private final ControllerMetrics metrics;

  public MeasuredStore(QueueStore store, ControllerMetrics metrics) {
    this.store = store;
    this.metrics = metrics;
  }

  @Override
  public void follow(Mirror mirror) {
    store.follow(mirror);
  }

  @Override
  public <T> CompletableFuture<T> write(Change<T> change) {
    long startNanos = System.nanoTime();
    List<QueueEvent> counted = new ArrayList<>(0);
    CompletableFuture<T> done =
        store.write(
            (rows, events) -> {
              counted.clear(); // it may be applied a second time
              return change.apply(
                  rows,
                  event -> {
                    if (event instanceof QueueEvent.LeaseAdded
                        || event instanceof QueueEvent.LeaseEnded) {
                      counted.add(event);
                    }
                    events.accept(event);
                  });
            });
    return done.whenComplete(
        (result, failure) -> {
          metrics.wrote(System.nanoTime() - startNanos, isStores(failure));
          if (failure == null) {
            counted.forEach(this::count);
          }
        });
  }

  @Override
  public CompletableFuture<?> tell(QueueEvent event) {
    return store.tell(event);
  }

  @Override
  public <T> T read(Function<QueueRows, T> question) {
    long startNanos = System.nanoTime();
    boolean failed = false;
    try {
      return store.read(question);
    } catch (StoreException e) {
      failed = true;
      throw e;
    } finally {
      metrics.read(System.nanoTime() - startNanos, failed);
    }
  }

  @Override
  public boolean catchUp() {
    return store.catchUp();
  }

  @Override
  public void close() {
    store.close();
  }

  private void count(QueueEvent event) {
    switch (event) {
      case QueueEvent.LeaseAdded(var lease) -> metrics.granted(lease.recovery());
      case QueueEvent.LeaseEnded(long number, var how, var told) -> metrics.ended(how);
      default -> {}
    }
  }

  /** A refusal is an answer, not a failure of the database. */
  private static boolean isStores(Throwable failure) {
    Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
    return cause instanceof StoreException;
  }
}
