package dev.stoker.controller.web;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Between the feed, which never waits, and whoever writes to a connection: holds what is to be
 * written next and no more than that. Thread-safe.
 */
public final class Mailbox implements Feed.Sink {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock.
  private final StringBuilder waiting = new StringBuilder();
  private boolean writing;
  private boolean ended;

  @Override
  public boolean isReady() {
    lock.lock();
    try {
      return waiting.isEmpty() && !writing;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void send(String text) {
    lock.lock();
    try {
      waiting.append(text);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isOpen() {
    lock.lock();
    try {
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What is to be written next, once there is something; null when the stream ended. To be called
   * by one thread: that it asks again says that the earlier text was written.
   */
  public @Nullable String take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      writing = false;
      while (waiting.isEmpty() && !ended) {
        // The feed beats every few seconds; nothing at all for so long means that it is gone.
        if (!changed.await(1, TimeUnit.MINUTES)) {
          return null;
        }
      }
      if (ended) {
        return null;
      }
      String text = waiting.toString();
      waiting.setLength(0);
      writing = true;
      return text;
    } finally {
      lock.unlock();
    }
  }
}
