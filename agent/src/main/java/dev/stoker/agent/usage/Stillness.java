package dev.stoker.agent.usage;

import java.time.Duration;

/**
 * Tells since when a process tree has done nothing: no progress, no CPU, no I/O, no GPU. Pure; not
 * thread-safe.
 *
 * <p>Nothing is less than what waiting costs by itself: a renderer that waits for a licence wakes
 * up now and then to ask, and its threads' timers tick.
 */
final class Stillness {
  /** Of one CPU. Two clock ticks (USER_HZ) between two looks count as work already. */
  private static final double LEAST_CPUS = 0.01;

  /** A keep-alive packet has less, a line of log a second has as much. */
  private static final double LEAST_BYTES_PER_SECOND = 64;

  private static final double LEAST_GPU = 0.01;

  private long atNanos;
  private double cpuSeconds;
  private long ioBytes;
  private long activeNanos;

  Stillness(long nowNanos) {
    atNanos = nowNanos;
    activeNanos = nowNanos;
  }

  /**
   * Takes what was seen.
   *
   * @param gpuFraction as far as known
   * @param blind whether it has GPUs whose driver does not say what they are at
   */
  void saw(long nowNanos, double cpu, long io, double gpuFraction, boolean blind) {
    double seconds = Math.max(1e-3, (nowNanos - atNanos) / 1e9);
    boolean works =
        (cpu - cpuSeconds) / seconds >= LEAST_CPUS
            || (io - ioBytes) / seconds >= LEAST_BYTES_PER_SECOND
            || gpuFraction >= LEAST_GPU
            || blind;
    atNanos = nowNanos;
    cpuSeconds = cpu;
    ioBytes = io;
    if (works) {
      activeNanos = nowNanos;
    }
  }

  /** It said that it came further. */
  void progressed(long nowNanos) {
    activeNanos = nowNanos;
  }

  /** For how long it has done nothing. */
  Duration lasts(long nowNanos) {
    return Duration.ofNanos(Math.max(0, nowNanos - activeNanos));
  }
}
