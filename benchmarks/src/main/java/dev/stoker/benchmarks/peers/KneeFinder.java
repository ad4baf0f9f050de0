package dev.stoker.benchmarks.peers;

import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.testing.NginxServer;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B11: the number of requests that the engine finds by itself, against every fixed one. */
@Command(name = "b11", description = "the knee finder on shaped links, against fixed concurrency")
final class KneeFinder implements Callable<Void> {
  private static final List<LinkShape> LINKS =
      List.of(
          LinkShape.of("1 Gbit/s at 1 ms", 1, 1),
          LinkShape.of("1 Gbit/s at 30 ms", 1, 30),
          // Sixteen of them fill what a small machine can shape.
          LinkShape.of("200 Mbit/s a connection", 3.2, 2).withEach(0.2),
          LinkShape.of("slows above 16", 1.6, 4).withEach(0.1).slowingAbove(16));

  private static final List<Integer> FIXED = List.of(1, 2, 4, 8, 12, 16, 20, 24, 32, 48, 64);
  private static final long ASSET_BYTES = 1L << 30;

  /** Any constant has settled by then; a finder must have found. */
  private static final double SETTLES_SECONDS = 1;

  private static final double FINDS_SECONDS = 3;

  @Mixin private RunOptions options = new RunOptions();

  @Option(
      names = "--links",
      split = ",",
      description = "Which of the four links, by number (1,2,3,4).")
  private List<Integer> links = List.of(1, 2, 3, 4);

  @Option(names = "--seconds", description = "How long a rate is measured (${DEFAULT-VALUE}).")
  private double seconds = 3;

  @Override
  public Void call() {
    try (Workplace _ = Workplace.below(options.folder);
        NginxServer server = NginxServer.start()) {
      Workplace.fill(server.root().resolve("file"), ASSET_BYTES, 11);
      List<String> figures = new ArrayList<>();
      for (int link : links) {
        figures.add(compare(LINKS.get(link - 1), server.port()));
      }
      System.out.printf(
          "| %s | B11: the knee finder from 3 s on, against the best fixed concurrency"
              + " | `benchmarks/peers b11` | %s | within 10 %%, aim 5 %% |%n",
          LocalDate.now(ZoneOffset.UTC), String.join("; ", figures));
    }
    return null;
  }

  private String compare(LinkShape shape, int port) {
    System.out.println(shape.name());
    double best = 0;
    int bestAt = 0;
    for (int fixed : FIXED) {
      Outcome outcome = measure(shape, port, fixed, SETTLES_SECONDS);
      System.out.printf("  fixed %3d: %7.1f MB/s%n", fixed, outcome.bytesPerSecond() / 1e6);
      if (outcome.bytesPerSecond() > best * 1.01) {
        best = outcome.bytesPerSecond();
        bestAt = fixed;
      }
    }
    double[] found = new double[options.rounds];
    for (int round = 0; round < options.rounds; round++) {
      Outcome outcome = measure(shape, port, 0, FINDS_SECONDS);
      found[round] = outcome.bytesPerSecond();
      System.out.printf(
          "  found %3d: %7.1f MB/s, %.0f %% of the best%n",
          outcome.requests(), found[round] / 1e6, 100 * found[round] / best);
    }
    Arrays.sort(found);
    double median = (found[(found.length - 1) / 2] + found[found.length / 2]) / 2;
    return "%s: %.0f %% (worst of %d: %.0f %%) of %.0f MB/s at %d"
        .formatted(
            shape.name(),
            100 * median / best,
            found.length,
            100 * found[0] / best,
            best / 1e6,
            bestAt);
  }

  /**
   * What a setting reached.
   *
   * @param bytesPerSecond after it had settled
   * @param requests how many were allowed at the end
   */
  private record Outcome(double bytesPerSecond, int requests) {}

  private Outcome measure(LinkShape shape, int port, int fixed, double settleSeconds) {
    FetchOptions engine = FetchOptions.defaults().withFixedRequests(fixed);
    try (ShapedLink link = new ShapedLink(shape, port);
        Library library = new Library(engine, Map.of())) {
      PinnedAsset asset = library.pin(link.url() + "/", "file");
      long start = System.nanoTime();
      // Two at a time, so that there is always more to do.
      List<CompletableFuture<Void>> wanted = new ArrayList<>();
      long settledAt = start + (long) (settleSeconds * 1e9);
      long endAt = settledAt + (long) (seconds * 1e9);
      long settledBytes = -1;
      long settledNanos = 0;
      while (System.nanoTime() < endAt) {
        wanted.removeIf(CompletableFuture::isDone);
        while (wanted.size() < 2) {
          wanted.add(
              library
                  .engine()
                  .fetch(
                      asset,
                      asset.info().wholeRange(),
                      Priority.PREFETCH,
                      Library.soon(),
                      (offset, data) -> {}));
        }
        LinkClock.sleepUntil(System.nanoTime() + 5_000_000);
        if (settledBytes < 0 && System.nanoTime() >= settledAt) {
          settledBytes = link.deliveredBytes();
          settledNanos = System.nanoTime();
        }
      }
      double rate =
          (link.deliveredBytes() - settledBytes) * 1e9 / (System.nanoTime() - settledNanos);
      int requests = library.engine().origins().getFirst().concurrency();
      wanted.forEach(want -> want.cancel(true));
      return new Outcome(rate, requests);
    }
  }
}
