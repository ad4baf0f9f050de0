package dev.stoker.io.fetch;

/**
 * Keeps second requests below a twentieth of all bytes: hedging cures stragglers and must not
 * become load ("The Tail at Scale", Dean and Barroso, 2013). Not thread-safe; owned by its {@link
 * OriginQueue}.
 */
final class HedgeBudget {
  private static final double SHARE = 0.05;
  private long plainBytes;
  private long hedgedBytes;

  void spentOnFirst(long bytes) {
    plainBytes += bytes;
  }

  boolean tryHedge(long bytes) {
    if (hedgedBytes + bytes > plainBytes * SHARE) {
      return false;
    }
    hedgedBytes += bytes;
    return true;
  }

  long hedgedBytes() {
    return hedgedBytes;
  }
}
