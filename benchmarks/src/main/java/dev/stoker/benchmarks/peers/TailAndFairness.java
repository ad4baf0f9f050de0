package dev.stoker.benchmarks.peers;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.testing.NginxServer;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B12: what hedging makes of held answers, and how two jobs share an origin. */
@Command(name = "b12", description = "hedged reads of held answers; fairness of two jobs")
final class TailAndFairness implements Callable<Void> {
  private static final long ASSET_BYTES = 1L << 30;
  private static final int READ_BYTES = 1 << 20;

  /** Few enough that the link is not what makes answers late. */
  private static final int READERS = 6;

  private static final LinkShape LINK = LinkShape.of("1 Gbit/s at 5 ms", 1, 5);
  private static final double HELD_SHARE = 0.01;
  private static final long HELD_MILLIS = 2_000;
  private static final double FAIR_SECONDS = 5;

  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--reads", description = "How many of 1 MiB a round (${DEFAULT-VALUE}).")
  private int reads = 2_000;

  @Override
  public Void call() throws Exception {
    try (Workplace _ = Workplace.below(options.folder);
        NginxServer server = NginxServer.start()) {
      Workplace.fill(server.root().resolve("file"), ASSET_BYTES, 12);
      List<String> tails = new ArrayList<>();
      List<String> shares = new ArrayList<>();
      for (int round = 0; round < options.rounds; round++) {
        tails.add(tail(server.port()));
        shares.add(share(server.port()));
      }
      System.out.printf(
          "| %s | B12: 1 %% of answers held for 2 s, %,d reads of 1 MiB, %d at a time over %s; share"
              + " of a job with 16 wants beside one with 64 | `benchmarks/peers b12` | %s; shares %s"
              + " | p99 ≤ 2 × p95 at ≤ 5 %% extra bytes; 40–60 %% |%n",
          LocalDate.now(ZoneOffset.UTC),
          reads,
          READERS,
          LINK.name(),
          String.join("; ", tails),
          String.join(", ", shares));
    }
    return null;
  }

  private String tail(int port) throws Exception {
    long[] nanos = new long[reads];
    AtomicInteger next = new AtomicInteger();
    long delivered;
    long hedged;
    try (ShapedLink link = new ShapedLink(LINK.holding(HELD_SHARE, HELD_MILLIS), port);
        Library library = new Library(FetchOptions.defaults(), Map.of());
        ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      PinnedAsset asset = library.pin(link.url() + "/", "file");
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        Random random = new Random(i);
        all.add(
            readers.submit(
                () -> {
                  for (int read = next.getAndIncrement();
                      read < reads;
                      read = next.getAndIncrement()) {
                    nanos[read] = readOnce(library.engine(), asset, random);
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      delivered = link.deliveredBytes();
      hedged = library.engine().origins().getFirst().hedgedBytes();
    }
    Latencies latencies = new Latencies(nanos);
    double asked = (double) reads * READ_BYTES;
    String said =
        "p50 %.1f, p95 %.1f, p99 %.1f (%.2f × p95), p99.9 %.1f ms, hedged %.1f %%, bytes %+.1f %%"
            .formatted(
                latencies.percentileMillis(50),
                latencies.percentileMillis(95),
                latencies.percentileMillis(99),
                latencies.percentileMillis(99) / latencies.percentileMillis(95),
                latencies.percentileMillis(99.9),
                100 * hedged / asked,
                100 * (delivered / asked - 1));
    System.out.println(said);
    return said;
  }

  private static long readOnce(RangeFetcher engine, PinnedAsset asset, Random random)
      throws Exception {
    long offset = random.nextLong(ASSET_BYTES / READ_BYTES) * READ_BYTES;
    long start = System.nanoTime();
    engine
        .fetch(
            asset,
            new ByteRange(offset, READ_BYTES),
            Priority.DEMAND,
            Library.soon(),
            (at, data) -> {})
        .get();
    return System.nanoTime() - start;
  }

  /** What a modest job gets beside a greedy one. */
  private String share(int port) {
    LongAdder greedy = new LongAdder();
    LongAdder modest = new LongAdder();
    try (ShapedLink link = new ShapedLink(LINK, port);
        Library library = new Library(FetchOptions.defaults(), Map.of())) {
      PinnedAsset asset = library.pin(link.url() + "/", "file");
      try (Appetite _ = new Appetite(library.engine().forOwner("greedy"), asset, 64, greedy);
          Appetite _ = new Appetite(library.engine().forOwner("modest"), asset, 16, modest)) {
        LinkClock.sleepUntil(System.nanoTime() + (long) (FAIR_SECONDS * 1e9));
      }
    }
    String said =
        "%.0f %%".formatted(100.0 * modest.sum() / Math.max(1, modest.sum() + greedy.sum()));
    System.out.println("share of the modest job: " + said);
    return said;
  }
}
