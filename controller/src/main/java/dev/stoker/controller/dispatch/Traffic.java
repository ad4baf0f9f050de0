package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Farm;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.store.QueueEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * What attempts that ended did, minute by minute for an hour. Lives in memory: it starts anew with
 * its controller. Thread-safe.
 */
final class Traffic {
  private static final Duration SPAN = Duration.ofMinutes(1);
  private static final int SPANS = 60;

  /** One minute. */
  private static final class Span {
    long number = -1;
    long succeeded;
    long failed;
    long originBytes;
    long cachedBytes;
    long publishedBytes;
  }

  private final Clocks clocks;
  private final long startNanos;
  private final long sinceMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private final Span[] spans = new Span[SPANS]; // guarded by lock

  Traffic(Clocks clocks) {
    this.clocks = clocks;
    startNanos = clocks.nanos();
    sinceMillis = clocks.wallMillis();
  }

  /** An attempt ended so long ago. */
  void ended(QueueEvent.Told told, long ageMillis) {
    lock.lock();
    try {
      long now = number();
      long number = Math.max(now - SPANS + 1, now - ageMillis / SPAN.toMillis());
      Span span = span(Math.max(0, number));
      switch (told.outcome()) {
        case SUCCEEDED -> span.succeeded++;
        case FAILED -> span.failed++;
        case CANCELED, RETURNED -> {}
      }
      span.originBytes += Math.max(0, told.originBytes());
      span.cachedBytes += Math.max(0, told.cachedBytes());
      span.publishedBytes +=
          told.outcome() == Finish.Outcome.SUCCEEDED ? Math.max(0, told.publishedBytes()) : 0;
    } finally {
      lock.unlock();
    }
  }

  Farm.Traffic lastHour() {
    lock.lock();
    try {
      return new Farm.Traffic(
          sinceMillis,
          (int) SPAN.toSeconds(),
          series(span -> span.succeeded),
          series(span -> span.failed),
          series(span -> span.originBytes),
          series(span -> span.cachedBytes),
          series(span -> span.publishedBytes));
    } finally {
      lock.unlock();
    }
  }

  private List<Long> series(ToLongFunction<Span> what) {
    long last = number();
    List<Long> values = new ArrayList<>(SPANS);
    for (long number = Math.max(0, last - SPANS + 1); number <= last; number++) {
      Span span = spans[(int) (number % SPANS)];
      values.add(span == null || span.number != number ? 0 : what.applyAsLong(span));
    }
    return values;
  }

  private Span span(long number) {
    int place = (int) (number % SPANS);
    Span span = spans[place];
    if (span == null || span.number != number) {
      span = new Span();
      span.number = number;
      spans[place] = span;
    }
    return span;
  }

  private long number() {
    return Math.max(0, (clocks.nanos() - startNanos) / SPAN.toNanos());
  }
}
