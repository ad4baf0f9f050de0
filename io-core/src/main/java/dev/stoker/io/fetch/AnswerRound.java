package dev.stoker.io.fetch;

/**
 * What answers show of an origin's throughput while so many requests are in flight to it.
 *
 * <p>Throughput is the number in flight times the bytes of an answer over the time it took
 * (Little's law), taken over answers that were asked for since the number changed. Counting what
 * comes in by the clock would not do: requests of one size that started together end together, and
 * such a burst was on its way long before the round began.
 *
 * <p>Not thread-safe; owned by its {@link ConcurrencyLimit}.
 */
final class AnswerRound {
  /** Shorter rounds measure the scheduler, or how answers bunch up on a long round trip. */
  private static final long MIN_NANOS = 100_000_000;

  /** What an answer did to the round. */
  enum Progress {
    GOES_ON,
    /** Those that had to open connections have answered; what counts is to come. */
    SETTLED,
    /** Requests were lacking at some time, which makes it worthless. */
    WASTED,
    DONE
  }

  private int limit;
  private int settling;
  private long startNanos;
  private int answers;
  private long bytes;
  private long answerNanos;
  private boolean lacked;

  /**
   * Begins anew.
   *
   * @param limit how many are in flight from now on
   * @param settling how many answers come before those that count: first requests on new
   *     connections pay for their setup
   */
  void begin(int limit, int settling, long nowNanos) {
    this.limit = limit;
    this.settling = settling;
    clear(nowNanos);
  }

  private void clear(long nowNanos) {
    startNanos = nowNanos;
    answers = 0;
    bytes = 0;
    answerNanos = 0;
    lacked = false;
  }

  /**
   * An answer came in whole.
   *
   * @param lackedRequests whether fewer than the limit were in flight
   */
  Progress add(long answerBytes, long startedNanos, boolean lackedRequests, long nowNanos) {
    if (startedNanos - startNanos < 0) {
      return Progress.GOES_ON;
    }
    answers++;
    bytes += answerBytes;
    answerNanos += Math.max(1, nowNanos - startedNanos);
    lacked |= lackedRequests;
    if (settling > 0) {
      return answers < settling ? Progress.GOES_ON : Progress.SETTLED;
    }
    if (answers < limit || nowNanos - startNanos < MIN_NANOS) {
      return Progress.GOES_ON;
    }
    return lacked ? Progress.WASTED : Progress.DONE;
  }

  /** Ends settling: only what is asked for from now on counts. */
  void settled(long nowNanos) {
    settling = 0;
    clear(nowNanos);
  }

  /** Bytes per second, of at least one answer. */
  double rate() {
    return limit * (bytes * 1e9) / answerNanos;
  }
}
