package dev.stoker.io.observe;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Latencies of one kind of thing, from a microsecond to an hour at two significant digits
 * (HdrHistogram). Recording is wait-free; thread-safe.
 */
public final class LatencyRecorder {
  private static final long HIGHEST_NANOS = TimeUnit.HOURS.toNanos(1);

  private final Recorder recorder = new Recorder(1_000, HIGHEST_NANOS, 2);
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by lock. */
  private final Histogram total = new Histogram(1_000, HIGHEST_NANOS, 2);

  public void record(long nanos) {
    recorder.recordValue(Math.clamp(nanos, 0, HIGHEST_NANOS));
  }

  /** All that was recorded so far; a copy. */
  public Histogram snapshot() {
    lock.lock();
    try {
      total.add(recorder.getIntervalHistogram());
      return total.copy();
    } finally {
      lock.unlock();
    }
  }

  /** The value below which {@code percentile} (0 to 100) of the records lie, in nanoseconds. */
  public long percentileNanos(double percentile) {
    return snapshot().getValueAtPercentile(percentile);
  }
}
