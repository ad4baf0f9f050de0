package dev.stoker.io.fetch;

/**
 * How large one request may be: what a connection delivers in a fifth of a second (half of that
 * while the number of requests is sought), between a grain and 16 MiB, or 64 where no buffer of
 * that size is needed; 8 of an origin that has not answered yet. Small enough that a blocked reader
 * who wants a part of it does not wait long and a retry repeats little; large enough that round
 * trips do not count. Not thread-safe; owned by its {@link OriginQueue}.
 */
final class RunSize {
  /** The unit of the cache's presence map, and the least that is ever worth a request. */
  static final int GRAIN_BYTES = 64 << 10;

  /**
   * What many connections are asked for at most: 16 MiB for each was a tenth of the CPU time of a
   * fetch, for memory that is touched for the first time. Above 4 MiB, since Azurite and Azure hash
   * ranges up to that.
   */
  private static final int MANY_BYTES = 8 << 20;

  /** What a few are asked for: each request costs 0.5 ms in a command that has just started. */
  private static final int FEW_BYTES = 16 << 20;

  /** So many connections are few. */
  private static final int FEW = 2;

  /** What one that needs no buffer of that size is asked for: then nothing speaks for less. */
  private static final int STREAMED_BYTES = 64 << 20;

  /** Parts of one file that go out side by side are at least this long, */
  private static final int MIN_PART_BYTES = 1 << 20;

  /**
   * and up to this, as far as one comes in {@link #PART_SECONDS}: what is left is cut up finely.
   */
  private static final int LONG_PART_BYTES = 4 << 20;

  /** How long one connection may be at work when all others have nothing left to do. */
  private static final double PART_SECONDS = 0.04;

  private static final double TARGET_SECONDS = 0.2;

  /** While the number of requests is sought: three answers in a row are one try. */
  private static final double SEEKING_SECONDS = 0.1;

  /**
   * Of an origin that nothing is known of: a slow one has soon said so, a fast one lost nothing.
   */
  private static final int FIRST_BYTES = 8 << 20;

  /** How much a new answer counts at least; the first ones count alike. */
  private static final double LEAST_WEIGHT = 0.1;

  /** Answers below this tell of round trips, not of rate. */
  private static final int TELLING_BYTES = 256 << 10;

  private final int maxBytes;
  private double bytesPerSecond;

  /** How many answers the rate is taken from. */
  private int told;

  /**
   * @param maxBytes upper bound, a power of two ≥ one grain
   */
  RunSize(int maxBytes) {
    this.maxBytes = Math.min(maxBytes, FEW_BYTES);
  }

  void answered(long bytes, long latencyNanos) {
    if (bytes >= TELLING_BYTES) {
      double rate = bytes * 1e9 / Math.max(1, latencyNanos);
      told++;
      bytesPerSecond += (rate - bytesPerSecond) * Math.max(LEAST_WEIGHT, 1.0 / told);
    }
  }

  /** The largest request now: a power of two, at most {@code mostBytes}. */
  private int capBytes(int mostBytes, boolean seeking) {
    double seconds = seeking ? SEEKING_SECONDS : TARGET_SECONDS;
    double wanted = told == 0 ? FIRST_BYTES : bytesPerSecond * seconds;
    int bounded = (int) Math.clamp(wanted, GRAIN_BYTES, mostBytes);
    return Integer.highestOneBit(bounded);
  }

  /**
   * How much to ask for at once while {@code queuedBytes} wait and {@code limit} may be in flight.
   *
   * @param streams whether its bytes are handed on as they come
   * @param seeking whether the limit is a try
   */
  int nextBytes(long queuedBytes, int limit, boolean streams, boolean seeking) {
    long share = queuedBytes / Math.max(1, limit);
    int most = streams ? STREAMED_BYTES : limit <= FEW ? FEW_BYTES : MANY_BYTES;
    int least =
        Integer.highestOneBit(
            (int) Math.clamp(bytesPerSecond * PART_SECONDS, MIN_PART_BYTES, LONG_PART_BYTES));
    int part = Math.clamp(share, least, most);
    return Math.min(capBytes(streams ? most : maxBytes, seeking), Integer.highestOneBit(part));
  }
}
