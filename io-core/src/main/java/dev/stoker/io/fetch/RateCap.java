package dev.stoker.io.fetch;

/**
 * Keeps an origin's requests below a rate. A request may start when the account is not overdrawn
 * and is charged whole, so that large ones need no splitting. Not thread-safe; owned by its {@link
 * OriginQueue}.
 */
final class RateCap {
  /** What may be saved up while nothing is asked for. */
  private static final double BURST_SECONDS = 0.1;

  private final long bytesPerSecond;
  private double balanceBytes;
  private long updatedNanos;

  /**
   * @param bytesPerSecond 0 for no cap
   */
  RateCap(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.balanceBytes = bytesPerSecond * BURST_SECONDS;
    this.updatedNanos = nowNanos;
  }

  boolean isNone() {
    return bytesPerSecond == 0;
  }

  /** How long to wait before the next request may start; 0 for not at all. */
  long waitNanos(long nowNanos) {
    if (bytesPerSecond == 0) {
      return 0;
    }
    balanceBytes =
        Math.min(
            bytesPerSecond * BURST_SECONDS,
            balanceBytes + (nowNanos - updatedNanos) / 1e9 * bytesPerSecond);
    updatedNanos = nowNanos;
    return balanceBytes >= 0 ? 0 : (long) (-balanceBytes / bytesPerSecond * 1e9) + 1;
  }

  void charge(long bytes) {
    balanceBytes -= bytes;
  }
}
