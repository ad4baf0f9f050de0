package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The knee finder on simulated links (figure B11): virtual time, a closed loop of requests. */
final class ConcurrencyLimitTest {
  private static final double GBIT = 125e6;

  /**
   * A link whose bandwidth its transfers share.
   *
   * @param perConnection bytes per second of one connection at most
   * @param slowsAbove connections above which each costs the server a twentieth of its rate
   * @param requestBytes of each request; 0 for what {@link RunSize} says
   * @param jitter of round trips and sizes; with none, requests that start together end together
   */
  record Link(
      String name,
      double bandwidth,
      double roundTripSeconds,
      double perConnection,
      int slowsAbove,
      int requestBytes,
      double jitter) {
    double rate(int transfers) {
      double total = Math.min(bandwidth, transfers * perConnection);
      int over = Math.max(0, transfers - slowsAbove);
      return total / (1 + over * 0.05) / transfers;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Link> links() {
    return Stream.of(
        new Link("1 Gbit/s at 1 ms", GBIT, 0.001, GBIT, 1000, 1 << 20, 0.2),
        new Link("1 Gbit/s at 30 ms", GBIT, 0.030, GBIT, 1000, 1 << 20, 0.2),
        new Link("1 Gbit/s at 30 ms, small requests", GBIT, 0.030, GBIT, 1000, 64 << 10, 0.2),
        new Link("200 Mbit/s a connection", 10 * GBIT, 0.002, GBIT / 5, 1000, 4 << 20, 0.2),
        new Link("slows above 16", 4 * GBIT, 0.010, GBIT / 4, 16, 1 << 20, 0.2),
        new Link("200 Mbit/s a connection, in step", 3.2 * GBIT, 0.002, GBIT / 5, 1000, 4 << 20, 0),
        new Link("slows above 16, in step", 1.6 * GBIT, 0.004, GBIT / 10, 16, 2 << 20, 0),
        new Link("200 Mbit/s a connection, sized", 3.2 * GBIT, 0.002, GBIT / 5, 1000, 0, 0.1),
        new Link("slows above 16, sized", 1.6 * GBIT, 0.004, GBIT / 10, 16, 0, 0.1));
  }

  /** Bytes per second between {@code from} and {@code to} seconds. */
  private static double simulate(
      Link link, IntSupplier limit, ConcurrencyLimit told, double from, double to, long seed) {
    Random random = new Random(seed);
    RunSize sizes = new RunSize(16 << 20);
    // Each transfer: what is left of it, when it was asked for, and how much.
    List<double[]> active = new ArrayList<>();
    // Each request: when its first byte arrives, when it was asked for, and how much.
    PriorityQueue<double[]> arrivals = new PriorityQueue<>(Comparator.comparingDouble(a -> a[0]));
    double now = 0;
    double bytes = 0;
    int inFlight = 0;
    while (now < to) {
      while (inFlight < limit.getAsInt()) {
        double first = now + link.roundTripSeconds() * (0.9 + link.jitter() * random.nextDouble());
        boolean seeking = told != null && told.isSeeking();
        int bytesAsked =
            link.requestBytes() > 0
                ? link.requestBytes()
                : sizes.nextBytes(1L << 40, limit.getAsInt(), false, seeking);
        arrivals.add(new double[] {first, now, bytesAsked});
        inFlight++;
      }
      double rate = active.isEmpty() ? 1 : link.rate(active.size());
      double left = active.stream().mapToDouble(t -> t[0]).min().orElse(Double.MAX_VALUE);
      double finish = active.isEmpty() ? Double.MAX_VALUE : now + left / rate;
      double arrive = arrivals.isEmpty() ? Double.MAX_VALUE : arrivals.peek()[0];
      double next = Math.min(finish, arrive);
      double moved = (next - now) * rate;
      active.forEach(t -> t[0] -= moved);
      bytes += rate * active.size() * Math.max(0, Math.min(next, to) - Math.max(now, from));
      now = next;
      if (arrive <= finish) {
        double[] request = arrivals.poll();
        double size =
            request[2] * (1 - link.jitter() / 4 + link.jitter() / 2 * random.nextDouble());
        active.add(new double[] {size, request[1], request[2]});
      } else {
        double[] ended = active.stream().filter(t -> t[0] < 1e-3).findFirst().orElseThrow();
        active.remove(ended);
        boolean lacked = inFlight < limit.getAsInt();
        inFlight--;
        sizes.answered((long) ended[2], (long) ((now - ended[1]) * 1e9));
        if (told != null) {
          told.answered((long) ended[2], (long) (ended[1] * 1e9), lacked, (long) (now * 1e9));
        }
      }
    }
    return bytes / (to - from);
  }

  @ParameterizedTest
  @MethodSource("links")
  void afterThreeSecondsItIsWithinATenthOfTheBestFixedConcurrency(Link link) {
    double bestFixed = 0;
    int bestAt = 0;
    for (int fixed : new int[] {1, 2, 4, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128}) {
      int constant = fixed;
      double rate = simulate(link, () -> constant, null, 3, 6, 1);
      if (rate > bestFixed * 1.001) {
        bestFixed = rate;
        bestAt = fixed;
      }
    }
    for (long seed = 1; seed <= 10; seed++) {
      ConcurrencyLimit limit = new ConcurrencyLimit();
      double found = simulate(link, limit::limit, limit, 3, link.requestBytes() > 0 ? 10 : 5, seed);
      assertTrue(
          found >= 0.9 * bestFixed,
          link
              + ", seed "
              + seed
              + ": "
              + found / 1e6
              + " MB/s at "
              + limit.limit()
              + ", best "
              + bestFixed / 1e6
              + " at "
              + bestAt);
    }
  }

  @Test
  void aBusyOriginHalvesIt() {
    ConcurrencyLimit limit = new ConcurrencyLimit();
    limit.throttled(0);
    assertEquals(ConcurrencyLimit.START / 2, limit.limit());
    for (int i = 0; i < 10; i++) {
      limit.throttled(i);
    }
    assertEquals(ConcurrencyLimit.FLOOR, limit.limit());
  }

  @Test
  void roundsWithTooFewRequestsSayNothing() {
    ConcurrencyLimit limit = new ConcurrencyLimit();
    for (long i = 0; i < 1000; i++) {
      limit.answered(1 << 20, i * 10_000_000 - 5_000_000, true, i * 10_000_000);
    }
    assertEquals(ConcurrencyLimit.START, limit.limit());
  }
}
