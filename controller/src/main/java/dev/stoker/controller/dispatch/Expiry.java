package dev.stoker.controller.dispatch;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks twice a second for leases whose term ended. Where it was itself held up for long, so were
 * the heartbeats (a stopped process, a suspended machine): then every lease gets a fresh term.
 */
public final class Expiry implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Expiry.class.getName());
  private static final Duration EVERY = Duration.ofMillis(500);

  /** One missed heartbeat. */
  private static final Duration HELD_UP = Duration.ofSeconds(5);

  private final Queue queue;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private Expiry(Queue queue) {
    this.queue = queue;
    thread = Thread.ofPlatform().name("lease-expiry").daemon().start(this::run);
  }

  /** Watches a queue until closed; close it before the queue's store. */
  public static Expiry start(Queue queue) {
    return new Expiry(queue);
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

  private void run() {
    long last = System.nanoTime();
    try {
      boolean away = false;
      while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = System.nanoTime();
        // While the database was away, heartbeats could not be taken.
        if (away || now - last > HELD_UP.toNanos()) {
          queue.forgive();
        }
        last = now;
        away = !expire();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean expire() {
    try {
      queue.wake();
      queue.expire();
      queue.takeBack();
      return true;
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "Cannot take back leases whose term ended; trying again.", e);
      return false;
    }
  }
}
