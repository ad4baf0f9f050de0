package dev.stoker.io.fetch;

/**
 * Decides how many requests may be in flight to one origin: finds the knee of its throughput by
 * trying.
 *
 * <p>Each number is judged by an {@link AnswerRound}. From a start of two it doubles while a
 * doubling brings a fifth of its linear share, and goes back to the last one that paid; then it
 * tries half the step, and a quarter. From there it tests a quarter more and a quarter less now and
 * then, and takes what is clearly better, or what is as good with fewer. What is hopeless is given
 * up before its round is over. A round in which requests were lacking says nothing and is thrown
 * away. An origin that says it is too busy halves the limit at once.
 *
 * <p>Deterministic: time comes in with each call. Not thread-safe; owned by its {@link
 * OriginQueue}.
 */
final class ConcurrencyLimit {
  /** What a fast origin near by needs; each further one costs CPU time there and does not help. */
  static final int START = 2;

  static final int FLOOR = 1;

  /** More never paid in any measurement, and each costs a connection at a shared server. */
  static final int CEILING = 128;

  /** A doubling must bring a fifth of its linear share of 100 %. */
  private static final double WORTH_DOUBLING = 1.2;

  /** Small steps are judged against the noise of a round, which is about 3 %. */
  private static final double WORTH_STEP = 1.04;

  /** Against the highest rate seen lately, lest small losses add up. */
  private static final double AS_GOOD = 0.97;

  private static final double PEAK_FADE = 0.99;

  /**
   * What shows less than that while it settles cannot be good: new connections cost their first
   * request a round trip or three, which on the longest links is half of its time.
   */
  private static final double HOPELESS = 0.65;

  /** How long a finding stands before the next test: tests cost throughput. */
  private static final long REST_NANOS = 3_000_000_000L;

  private enum Phase {
    DOUBLING,
    HALF_STEP,
    QUARTER_STEP,
    RESTING,
    BASELINE,
    TESTING_MORE,
    TESTING_LESS
  }

  private final boolean fixed;
  private Phase phase = Phase.DOUBLING;
  private int limit = START;
  private int best = START;
  private double bestRate;

  /** Highest rate that an accepted limit showed; fades, so that it does not outlive its link. */
  private double peakRate;

  private int quarterStep;
  private boolean testMoreNext = true;

  private final AnswerRound round = new AnswerRound();
  private boolean started;
  private long restUntilNanos;

  ConcurrencyLimit() {
    fixed = false;
  }

  private ConcurrencyLimit(int limit) {
    this.fixed = true;
    this.limit = limit;
  }

  /** A constant, whatever happens: what finding is compared with. */
  static ConcurrencyLimit fixed(int limit) {
    return new ConcurrencyLimit(limit);
  }

  /** How many requests may be in flight now. */
  int limit() {
    return limit;
  }

  /** Whether the knee has not been found yet. */
  boolean isSeeking() {
    return !fixed
        && (phase == Phase.DOUBLING || phase == Phase.HALF_STEP || phase == Phase.QUARTER_STEP);
  }

  /**
   * An answer came in whole.
   *
   * @param bytes its body
   * @param startedNanos when it was asked for
   * @param lackedRequests whether fewer requests than allowed were in flight for want of work
   */
  void answered(long bytes, long startedNanos, boolean lackedRequests, long nowNanos) {
    if (fixed) {
      return;
    }
    if (!started) {
      started = true;
      round.begin(limit, 0, startedNanos);
    }
    switch (round.add(bytes, startedNanos, lackedRequests, nowNanos)) {
      case GOES_ON -> {}
      case SETTLED -> {
        if (round.rate() < bestRate * HOPELESS) {
          judge(round.rate(), nowNanos);
        } else {
          round.settled(nowNanos);
        }
      }
      case WASTED -> round.begin(limit, 0, nowNanos);
      case DONE -> judge(round.rate(), nowNanos);
    }
  }

  /** The origin said that it is too busy. */
  void throttled(long nowNanos) {
    if (fixed) {
      return;
    }
    started = true;
    best = Math.max(FLOOR, limit / 2);
    bestRate = 0;
    peakRate = 0;
    rest(nowNanos);
  }

  private void judge(double rate, long nowNanos) {
    switch (phase) {
      case DOUBLING -> {
        if (bestRate == 0 || rate >= bestRate * WORTH_DOUBLING) {
          accept(rate);
          if (limit < CEILING) {
            tryOut(Math.min(CEILING, limit * 2), Phase.DOUBLING, nowNanos);
          } else {
            rest(nowNanos);
          }
        } else {
          quarterStep = best + Math.max(1, (limit - best) / 4);
          tryOut(best + Math.max(1, (limit - best) / 2), Phase.HALF_STEP, nowNanos);
        }
      }
      case HALF_STEP -> {
        if (rate >= bestRate * WORTH_STEP) {
          accept(rate);
        }
        tryOut(quarterStep, Phase.QUARTER_STEP, nowNanos);
      }
      case QUARTER_STEP -> {
        // As good with fewer, if the half step paid; better with more, if it did not.
        if (rate >= bestRate * (limit < best ? AS_GOOD : WORTH_STEP)) {
          accept(rate);
        }
        rest(nowNanos);
      }
      case TESTING_MORE -> {
        if (rate >= bestRate * WORTH_STEP) {
          accept(rate);
        }
        rest(nowNanos);
      }
      case TESTING_LESS -> {
        if (rate >= Math.max(bestRate, peakRate) * AS_GOOD) {
          accept(rate);
        }
        rest(nowNanos);
      }
      case RESTING -> {
        if (nowNanos - restUntilNanos >= 0) {
          phase = Phase.BASELINE;
        }
        round.begin(limit, 0, nowNanos);
      }
      case BASELINE -> {
        bestRate = rate;
        peakRate = Math.max(rate, peakRate * PEAK_FADE);
        int step = Math.max(1, best / 4);
        boolean more = testMoreNext ? best < CEILING : best <= FLOOR;
        testMoreNext = !testMoreNext;
        if (more) {
          tryOut(Math.min(CEILING, best + step), Phase.TESTING_MORE, nowNanos);
        } else {
          tryOut(Math.max(FLOOR, best - step), Phase.TESTING_LESS, nowNanos);
        }
      }
    }
  }

  private void accept(double rate) {
    best = limit;
    bestRate = rate;
    peakRate = Math.max(rate, peakRate);
  }

  private void tryOut(int next, Phase nextPhase, long nowNanos) {
    phase = nextPhase;
    int newConnections = Math.max(0, next - limit);
    limit = next;
    round.begin(next, newConnections, nowNanos);
  }

  private void rest(long nowNanos) {
    restUntilNanos = nowNanos + REST_NANOS;
    tryOut(best, Phase.RESTING, nowNanos);
  }
}
