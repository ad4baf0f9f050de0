package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class StragglersTest {
  private static final long MILLI = 1_000_000;
  private static final int BYTES = 1 << 20;

  private static Stragglers after(long medianMillis, long p95Millis) {
    Stragglers stragglers = new Stragglers();
    for (int i = 0; i < 100; i++) {
      stragglers.answered(BYTES, (i % 10 == 0 ? p95Millis : medianMillis) * MILLI);
    }
    return stragglers;
  }

  @Test
  void nothingIsAStragglerUntilItsPeersAreKnown() {
    assertEquals(-1, new Stragglers().delayNanos(BYTES));
  }

  @Test
  void aSecondRequestStartsSoThatBothAreOverWithinTwiceThe95thPercentile() {
    for (long median : new long[] {20, 50, 80, 99}) {
      long delay = after(median, 100).delayNanos(BYTES) / MILLI;
      assertTrue(delay >= 100 && delay + median <= 200, delay + " with a median of " + median);
    }
  }

  @Test
  void hedgesStayBelowATwentiethOfAllBytesAndTheLastFifthOfThemIsForTheLate() {
    Stragglers stragglers = new Stragglers();
    int early = 0;
    for (int i = 0; i < 1000; i++) {
      stragglers.started(BYTES);
      early += stragglers.tryHedge(BYTES, false) ? 1 : 0;
    }
    assertEquals(40, early);
    int late = 0;
    while (stragglers.tryHedge(BYTES, true)) {
      late++;
    }
    assertEquals(10, late);
  }
}
