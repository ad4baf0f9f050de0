package dev.stoker.io.fetch;

/**
 * Keeps second requests below a twentieth of all bytes: hedging cures stragglers and must not
 * become load ("The Tail at Scale", Dean and Barroso, 2013). Not thread-safe; owned by its {@link
 * OriginQueue}.
 */
final class HedgeBudget {
  private static final double SHARE = 0.05;

  /** Who is only a little late leaves some to those who really are, or noise would use up all. */
  private static final double EARLY_SHARE = 0.04;

  private long plainBytes;
  private long hedgedBytes;

  void spentOnFirst(long bytes) {
    plainBytes += bytes;
  }

  /**
   * Takes the bytes of a second request, if there are any left for it.
   *
   * @param late whether it was due before, and could not be had
   */
  boolean tryHedge(long bytes, boolean late) {
    // Half a request over is allowed to the late, or the first stragglers of all would have none.
    boolean may =
        late
            ? hedgedBytes + bytes / 2 <= plainBytes * SHARE
            : hedgedBytes + bytes <= plainBytes * EARLY_SHARE;
    if (may) {
      hedgedBytes += bytes;
    }
    return may;
  }

  long hedgedBytes() {
    return hedgedBytes;
  }
}
