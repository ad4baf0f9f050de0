package dev.stoker.io.fetch;

/**
 * How large one request may be: what a connection delivers in a fifth of a second, between a grain
 * and 8 MiB. Small enough that a blocked reader who wants a part of it does not wait long and a
 * retry repeats little; large enough that round trips do not count. Not thread-safe; owned by its
 * {@link OriginQueue}.
 */
final class RunSize {
  /** The unit of the cache's presence map, and the least that is ever worth a request. */
  static final int GRAIN_BYTES = 64 << 10;

  /** Until something is known; above 4 MiB, since Azurite and Azure hash ranges up to that. */
  private static final int FIRST_BYTES = 8 << 20;

  /**
   * More shows no gain in rate anywhere we measured, and costs what memory that is touched for the
   * first time costs: 16 MiB for each of many connections was a tenth of the CPU time of a fetch.
   */
  private static final int MAX_BYTES = FIRST_BYTES;

  /** Parts of one file that go out side by side are at least this long. */
  private static final int MIN_PART_BYTES = 1 << 20;

  private static final double TARGET_SECONDS = 0.2;

  /** Answers below this tell of round trips, not of rate. */
  private static final int TELLING_BYTES = 256 << 10;

  private final int maxBytes;
  private double bytesPerSecond;

  /**
   * @param maxBytes upper bound, a power of two ≥ one grain
   */
  RunSize(int maxBytes) {
    this.maxBytes = Math.min(maxBytes, MAX_BYTES);
  }

  void answered(long bytes, long latencyNanos) {
    if (bytes >= TELLING_BYTES) {
      double rate = bytes * 1e9 / Math.max(1, latencyNanos);
      bytesPerSecond = bytesPerSecond == 0 ? rate : bytesPerSecond * 0.9 + rate * 0.1;
    }
  }

  /** The largest request now: a power of two. */
  int capBytes() {
    double wanted = bytesPerSecond == 0 ? FIRST_BYTES : bytesPerSecond * TARGET_SECONDS;
    int bounded = (int) Math.clamp(wanted, GRAIN_BYTES, maxBytes);
    return Integer.highestOneBit(bounded);
  }

  /**
   * How much to ask for at once while {@code queuedBytes} wait and {@code limit} may be in flight.
   */
  int nextBytes(long queuedBytes, int limit) {
    long share = queuedBytes / Math.max(1, limit);
    int part = Math.clamp(share, MIN_PART_BYTES, BufferPool.MAX_BYTES);
    return Math.min(capBytes(), Integer.highestOneBit(part));
  }
}
