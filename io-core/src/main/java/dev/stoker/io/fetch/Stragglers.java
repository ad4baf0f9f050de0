package dev.stoker.io.fetch;

/**
 * When a request is so much slower than its peers that a second one should race it, and whether
 * that may be afforded ("The Tail at Scale", Dean and Barroso, 2013).
 *
 * <p>Not thread-safe; owned by its {@link OriginQueue}.
 */
final class Stragglers {
  /** Hedging sooner than this chases the scheduler, not the origin. */
  private static final long MIN_DELAY_NANOS = 10_000_000;

  /** Of the 95th percentile: the pair is to be done within twice of it, with a little to spare. */
  private static final double PAIR_DONE_BY = 1.9;

  /** Of the 95th percentile: waiting longer than this would save hedges that are rare by then. */
  private static final double LATEST = 1.4;

  private final LatencyWindow latencies = new LatencyWindow();
  private final HedgeBudget budget = new HedgeBudget();

  void answered(long bytes, long latencyNanos) {
    latencies.add(bytes, latencyNanos);
  }

  void started(long bytes) {
    budget.spentOnFirst(bytes);
  }

  /**
   * How long a request for so many bytes may take before it is one, or -1 when too little is known
   * of its like. Never below the 95th percentile: a second request takes about the median, so the
   * narrower the two lie the earlier it has to start, and the fewer are that late.
   */
  long delayNanos(long bytes) {
    long p95 = latencies.p95Nanos(bytes);
    if (p95 < 0) {
      return -1;
    }
    double delay = PAIR_DONE_BY * p95 - latencies.medianNanos(bytes);
    return Math.max(MIN_DELAY_NANOS, (long) Math.clamp(delay, (double) p95, LATEST * p95));
  }

  boolean tryHedge(long bytes, boolean late) {
    return budget.tryHedge(bytes, late);
  }

  long hedgedBytes() {
    return budget.hedgedBytes();
  }
}
