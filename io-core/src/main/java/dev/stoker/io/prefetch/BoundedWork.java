package dev.stoker.io.prefetch;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One producer, a bounded queue, a bounded number of workers: the producer waits while the workers
 * are behind. The first failure stops all of them and is the caller's.
 *
 * @param <T> what is handed over
 */
public final class BoundedWork<T> {
  private static final long TICK_MILLIS = 500;

  /** What waits; an empty one is the end, left there for every worker to see. */
  private final ArrayBlockingQueue<Optional<T>> queue;

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final List<Thread> threads = new ArrayList<>();

  private BoundedWork(int capacity) {
    queue = new ArrayBlockingQueue<>(capacity);
  }

  /**
   * Hands everything that {@code producer} produces to {@code worker}, on virtual threads, and
   * returns when all of it is done.
   *
   * @param name begins the threads' names
   * @param width most items worked on at once; twice as many wait at most
   * @param tick called about twice a second by the calling thread
   * @throws IoFailure the first that producer or worker threw; {@link IoFailure.TimedOut} when the
   *     deadline passes first
   */
  public static <T> void run(
      String name,
      int width,
      Consumer<Consumer<T>> producer,
      Consumer<T> worker,
      Deadline deadline,
      Runnable tick) {
    new BoundedWork<T>(2 * width).runAll(name, width, producer, worker, deadline, tick);
  }

  private void runAll(
      String name,
      int width,
      Consumer<Consumer<T>> producer,
      Consumer<T> worker,
      Deadline deadline,
      Runnable tick) {
    start(name, () -> produce(producer));
    for (int i = 0; i < width; i++) {
      start(name + " " + i, () -> work(worker));
    }
    try {
      for (Thread thread : threads) {
        while (!thread.join(Duration.ofMillis(TICK_MILLIS))) {
          tick.run();
          if (deadline.hasPassed()) {
            fail(new IoFailure.TimedOut("To " + name + " took longer than its deadline."));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(new IoFailure.Canceled("To " + name + " was canceled."));
    } catch (RuntimeException e) {
      fail(e); // the tick's
    } finally {
      joinAll();
    }
    switch (failure.get()) {
      case null -> {}
      case RuntimeException known -> throw known;
      case Throwable other -> throw new IllegalStateException(other);
    }
  }

  private void start(String name, Runnable body) {
    threads.add(
        Thread.ofVirtual()
            .name(name)
            .start(
                () -> {
                  try {
                    body.run();
                  } catch (RuntimeException | Error e) {
                    fail(e);
                  }
                }));
  }

  private void produce(Consumer<Consumer<T>> producer) {
    producer.accept(item -> put(Optional.of(item)));
    put(Optional.empty());
  }

  private void put(Optional<T> item) {
    try {
      while (!queue.offer(item, TICK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (failure.get() != null) {
          throw new IoFailure.Canceled("Others of the same request failed.");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Others of the same request failed.");
    }
  }

  private void work(Consumer<T> worker) {
    try {
      while (failure.get() == null) {
        Optional<T> item = queue.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
        if (item != null && item.isEmpty()) {
          put(item); // for the next worker
          return;
        }
        if (item != null) {
          worker.accept(item.get());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Keeps the first failure and wakes everybody. */
  private void fail(Throwable cause) {
    if (failure.compareAndSet(null, cause)) {
      threads.forEach(Thread::interrupt);
    }
  }

  private void joinAll() {
    boolean interrupted = Thread.interrupted();
    for (Thread thread : threads) {
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
