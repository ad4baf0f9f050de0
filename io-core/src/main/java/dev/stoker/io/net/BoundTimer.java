package dev.stoker.io.net;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches over all that a connection may wait for (a deadline, the first byte, the next one) with
 * one timer, which is set anew only when a bound comes before it: the usual exchange touches no
 * timer at all. Owned by one connection, on its event loop.
 */
final class BoundTimer {
  private final LongSupplier boundNanos;
  private final Runnable passed;
  private @Nullable ScheduledFuture<?> timer;
  private long atNanos;

  /**
   * @param boundNanos when the present wait ends, on {@link System#nanoTime()}'s clock
   * @param passed told when that was in the past
   */
  BoundTimer(LongSupplier boundNanos, Runnable passed) {
    this.boundNanos = boundNanos;
    this.passed = passed;
  }

  /** Makes sure that the timer fires no later than the present wait ends. */
  void watch(EventLoop loop) {
    long bound = boundNanos.getAsLong();
    if (timer != null) {
      if (atNanos - bound <= 0) {
        return;
      }
      timer.cancel(false);
    }
    atNanos = bound;
    long delay = Math.max(0, bound - System.nanoTime());
    timer = loop.schedule(() -> fired(loop), delay, TimeUnit.NANOSECONDS);
  }

  private void fired(EventLoop loop) {
    timer = null;
    if (boundNanos.getAsLong() - System.nanoTime() > 0) {
      watch(loop);
    } else {
      passed.run();
    }
  }

  void cancel() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
