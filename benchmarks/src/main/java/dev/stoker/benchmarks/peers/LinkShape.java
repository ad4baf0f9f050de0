package dev.stoker.benchmarks.peers;

/**
 * A made-up network between a client and a server.
 *
 * @param name as the tables show it
 * @param bytesPerSecond what all connections share
 * @param roundTripMillis for each request, and once more for each connection
 * @param bytesPerSecondEach what one connection gets at most
 * @param slowsAbove answers under way above which each further one costs the server a twentieth of
 *     its rate
 * @param heldShare of answers that are held back
 * @param heldMillis how long
 */
record LinkShape(
    String name,
    double bytesPerSecond,
    double roundTripMillis,
    double bytesPerSecondEach,
    int slowsAbove,
    double heldShare,
    long heldMillis) {
  private static final double GBIT = 125e6;
  private static final double SLOWER_EACH = 0.05;

  /** A fast one that only counts. */
  static final LinkShape OPEN =
      new LinkShape("open", 100 * GBIT, 0, 100 * GBIT, Integer.MAX_VALUE, 0, 0);

  static LinkShape of(String name, double gbit, double roundTripMillis) {
    return new LinkShape(name, gbit * GBIT, roundTripMillis, gbit * GBIT, Integer.MAX_VALUE, 0, 0);
  }

  LinkShape withEach(double gbit) {
    return new LinkShape(
        name, bytesPerSecond, roundTripMillis, gbit * GBIT, slowsAbove, heldShare, heldMillis);
  }

  LinkShape slowingAbove(int answers) {
    return new LinkShape(
        name, bytesPerSecond, roundTripMillis, bytesPerSecondEach, answers, heldShare, heldMillis);
  }

  LinkShape holding(double share, long millis) {
    return new LinkShape(
        name, bytesPerSecond, roundTripMillis, bytesPerSecondEach, slowsAbove, share, millis);
  }

  /** What all connections share while so many answers are under way. */
  double bytesPerSecond(int answers) {
    return bytesPerSecond / (1 + Math.max(0, answers - slowsAbove) * SLOWER_EACH);
  }
}
