package dev.stoker.controller.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The one writer. A durable commit costs a flush of the disk, milliseconds, while a change costs
 * tens of microseconds; so every change that waits when a flush ends shares the next one (group
 * commit, DeWitt et al. 1984). A change is answered only after its flush. One that throws is undone
 * alone.
 */
final class GroupCommitter implements AutoCloseable {
  /** As many as clients of 4,000 nodes can have outstanding at once, twice over. */
  private static final int QUEUE_LIMIT = 8_192;

  /** Bounds how long the first change of a group waits for the others to be applied. */
  private static final int GROUP_LIMIT = 512;

  private static final long LONGEST_GROUP_NANOS = Duration.ofMillis(20).toNanos();

  private final Transactions transactions;
  private final BlockingQueue<Waiting<?>> queue = new ArrayBlockingQueue<>(QUEUE_LIMIT);
  private final Thread thread;
  private volatile boolean closed;

  GroupCommitter(Transactions transactions) {
    this.transactions = transactions;
    thread = Thread.ofPlatform().name("queue-writer").start(this::run);
  }

  <T> CompletableFuture<T> submit(QueueStore.Change<T> change) {
    var waiting = new Waiting<T>(change);
    if (closed) {
      waiting.future.completeExceptionally(stopping());
    } else if (!queue.offer(waiting)) {
      waiting.future.completeExceptionally(
          new StoreException(
              "The controller has " + QUEUE_LIMIT + " changes waiting for its disk; ask again."));
    } else if (closed && queue.remove(waiting)) {
      waiting.future.completeExceptionally(stopping());
    }
    return waiting.future;
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (true) {
      Waiting<?> first = next();
      if (first == null) {
        return;
      }
      commitGroup(first);
    }
  }

  private @Nullable Waiting<?> next() {
    while (true) {
      try {
        // Short enough that closing is quick, long enough that waking costs nothing.
        Waiting<?> first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first != null || closed) {
          return first;
        }
      } catch (InterruptedException e) {
        // Nobody but close() ends this thread, and it does so by the flag.
      }
    }
  }

  private void commitGroup(Waiting<?> first) {
    List<Waiting<?>> group = new ArrayList<>();
    group.add(first);
    try {
      if (!applyTogether(group)) {
        transactions.rollback();
        applyApart(group);
      }
    } catch (RuntimeException e) {
      transactions.rollback();
      var failure =
          new StoreException("Cannot store a change of the queue: " + rootMessage(e) + ".", e);
      group.forEach(each -> each.future.completeExceptionally(failure));
      return;
    }
    group.forEach(Waiting::answer);
  }

  /**
   * Applies the first change and whatever comes meanwhile, and makes them durable together: most
   * changes succeed, and a savepoint for each would cost PostgreSQL two more round trips.
   *
   * @return false when one of them failed, so that nothing may become durable
   */
  private boolean applyTogether(List<Waiting<?>> group) {
    var rows = new QueueRows(transactions.begin());
    long end = System.nanoTime() + LONGEST_GROUP_NANOS;
    Waiting<?> waiting = group.getFirst();
    while (true) {
      if (!waiting.apply(rows)) {
        return false;
      }
      boolean full = group.size() == GROUP_LIMIT || System.nanoTime() - end > 0;
      waiting = full ? null : queue.poll();
      if (waiting == null) {
        break;
      }
      group.add(waiting);
    }
    commit(group);
    return true;
  }

  /** Applies the same changes again, so that one that fails is undone alone. */
  private void applyApart(List<Waiting<?>> group) {
    Handle handle = transactions.begin();
    var rows = new QueueRows(handle);
    for (Waiting<?> each : group) {
      handle.savepoint("change");
      if (each.apply(rows)) {
        handle.releaseSavepoint("change");
      } else {
        handle.rollbackToSavepoint("change");
      }
    }
    commit(group);
  }

  private void commit(List<Waiting<?>> group) {
    List<QueueEvent> events = new ArrayList<>();
    group.forEach(each -> events.addAll(each.events));
    transactions.commit(events);
  }

  private static StoreException stopping() {
    return new StoreException("The controller is stopping; ask again in a moment.");
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /** A change on its way; touched by the writer thread only, but for its future. */
  private static final class Waiting<T> {
    final CompletableFuture<T> future = new CompletableFuture<>();
    private final QueueStore.Change<T> change;
    private final List<QueueEvent> events = new ArrayList<>();
    private @Nullable Throwable failure;
    private @Nullable T result;

    Waiting(QueueStore.Change<T> change) {
      this.change = change;
    }

    /** Whether the change did what it should; else it left traces that have to be undone. */
    boolean apply(QueueRows rows) {
      events.clear();
      try {
        result = change.apply(rows, events::add);
        failure = null;
        return true;
      } catch (RuntimeException | Error e) {
        failure = e;
        events.clear();
        return false;
      }
    }

    @SuppressWarnings("NullAway") // A change of a non-null type returns no null.
    void answer() {
      if (failure == null) {
        future.complete(result);
      } else {
        future.completeExceptionally(failure);
      }
    }
  }
}
