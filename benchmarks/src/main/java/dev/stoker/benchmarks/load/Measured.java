package dev.stoker.benchmarks.load;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** What the agents saw while measuring was on. Thread-safe. */
final class Measured {
  private static final int TOLD = 5;
  private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(1);

  final Histogram leaseMicros = new ConcurrentHistogram(LONGEST_MICROS, 3);
  final Histogram heartbeatMicros = new ConcurrentHistogram(LONGEST_MICROS, 3);
  final LongAdder leases = new LongAdder();
  final LongAdder finished = new LongAdder();
  final LongAdder failures = new LongAdder();
  private volatile boolean on;

  void start() {
    on = true;
  }

  void stop() {
    on = false;
  }

  void leased(long sinceNanos, int count) {
    if (on) {
      leaseMicros.recordValue(micros(sinceNanos));
      leases.add(count);
    }
  }

  void heard(long sinceNanos) {
    if (on) {
      heartbeatMicros.recordValue(micros(sinceNanos));
    }
  }

  void finished() {
    if (on) {
      finished.increment();
    }
  }

  /**
   * Counts a call that failed, also before and after what is measured, and tells the first ones.
   */
  void failed(IOException reason) {
    failures.increment();
    if (failures.sum() <= TOLD) {
      System.err.println("A call failed: " + reason.getMessage());
    }
  }

  private static long micros(long sinceNanos) {
    return Math.min(LONGEST_MICROS, (System.nanoTime() - sinceNanos) / 1_000);
  }
}
