package dev.stoker.io.fetch;

import java.util.Arrays;

/**
 * How long answers of about one size took lately, to know a straggler when there is one. Sizes are
 * apart by powers of two; each remembers its last 128 answers.
 *
 * <p>Not thread-safe; owned by its {@link OriginQueue}.
 */
final class LatencyWindow {
  private static final int REMEMBERED = 128;

  /** Fewer say nothing of a 95th percentile. */
  private static final int MIN_SAMPLES = 20;

  /** The percentile is computed anew after so many answers, since it takes a sort. */
  private static final int STALE_AFTER = 16;

  private static final class Window {
    final long[] nanos = new long[REMEMBERED];
    int count;
    int sinceComputed = STALE_AFTER;
    long p95Nanos;
    long medianNanos;
  }

  private final Window[] bySize = new Window[32];

  void add(long bytes, long latencyNanos) {
    Window window = windowOf(bytes);
    window.nanos[window.count++ % REMEMBERED] = latencyNanos;
    window.sinceComputed++;
  }

  /** The 95th percentile for answers of about {@code bytes}, or -1 when too few are known. */
  long p95Nanos(long bytes) {
    Window window = windowOf(bytes);
    if (window.count < MIN_SAMPLES) {
      return -1;
    }
    computeAnew(window);
    return window.p95Nanos;
  }

  /** The median, or 0 when too few are known. */
  long medianNanos(long bytes) {
    Window window = windowOf(bytes);
    if (window.count >= MIN_SAMPLES) {
      computeAnew(window);
    }
    return window.medianNanos;
  }

  private static void computeAnew(Window window) {
    if (window.sinceComputed >= STALE_AFTER) {
      long[] sorted = Arrays.copyOf(window.nanos, Math.min(window.count, REMEMBERED));
      Arrays.sort(sorted);
      // Held answers are what it must not learn from: 6 in 128 above leave it unmoved.
      window.p95Nanos = sorted[(int) (sorted.length * 0.95) - 1];
      window.medianNanos = sorted[sorted.length / 2];
      window.sinceComputed = 0;
    }
  }

  private Window windowOf(long bytes) {
    int index = Math.min(31, 64 - Long.numberOfLeadingZeros(Math.max(0, bytes - 1)));
    Window window = bySize[index];
    if (window == null) {
      window = new Window();
      bySize[index] = window;
    }
    return window;
  }
}
