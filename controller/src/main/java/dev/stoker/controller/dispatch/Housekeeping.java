package dev.stoker.controller.dispatch;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Does now and then what no caller waits for: counts node-hours, makes room for new pictures,
 * archives jobs that ended long ago.
 */
public final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Housekeeping.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(30);

  /** Twenty rounds are ten minutes. */
  private static final int ROUNDS_BETWEEN_ARCHIVING = 20;

  private final Queue queue;
  private final Duration keep;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private Housekeeping(Queue queue, Duration keep) {
    this.queue = queue;
    this.keep = keep;
    thread = Thread.ofVirtual().name("housekeeping").start(this::run);
  }

  /**
   * Keeps a queue's house until closed; close it before the queue's store.
   *
   * @param keep how long jobs stay whole after their end; zero for ever
   */
  public static Housekeeping start(Queue queue, Duration keep) {
    return new Housekeeping(queue, keep);
  }

  private void run() {
    try {
      for (int round = 0; !closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS); round++) {
        boolean archives = !keep.isZero() && round % ROUNDS_BETWEEN_ARCHIVING == 0;
        attempt("count node-hours or remove old pictures", queue::keepHouse);
        if (archives) {
          attempt("archive old jobs", () -> queue.archive(keep, () -> closing.getCount() > 0));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void attempt(String what, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "Cannot " + what + "; trying later.", e);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
