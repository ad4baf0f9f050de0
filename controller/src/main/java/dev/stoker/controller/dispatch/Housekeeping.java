package dev.stoker.controller.dispatch;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Does now and then what no caller waits for: counts node-hours, makes room for new pictures. */
public final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Housekeeping.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(30);

  private final Queue queue;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private Housekeeping(Queue queue) {
    this.queue = queue;
    thread = Thread.ofVirtual().name("housekeeping").start(this::run);
  }

  /** Keeps a queue's house until closed; close it before the queue's store. */
  public static Housekeeping start(Queue queue) {
    return new Housekeeping(queue);
  }

  private void run() {
    try {
      while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          queue.keepHouse();
        } catch (RuntimeException e) {
          LOG.log(
              Level.WARNING, "Cannot count node-hours or remove old pictures; trying later.", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
