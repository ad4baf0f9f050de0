package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.observe.Metrics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // What a scheduler answers is of no interest here.
final class FetchEngineTest {
  private static final List<Priority> PRIORITIES = List.of(Priority.values());

  private static final int GRAIN = RunSize.GRAIN_BYTES;
  private final FakeOrigin origin = new FakeOrigin(FakeOrigin.Asked::answer);
  private FetchEngine engine =
      new FetchEngine(uri -> origin, FetchOptions.defaults(), new Metrics());

  @AfterEach
  void stop() {
    engine.close();
    assertEquals(0, engine.pool().takenBytes());
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(10));
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited in vain");
      LockSupport.parkNanos(200_000);
    }
  }

  /** Takes bytes and makes sure that each comes once and right. */
  private static final class Checked implements RangeSink {
    final byte[] got;
    final boolean[] seen;
    final String name;
    final long start;

    Checked(String name, ByteRange range) {
      this.name = name;
      this.start = range.offset();
      this.got = new byte[(int) range.lengthBytes()];
      this.seen = new boolean[got.length];
    }

    @Override
    public synchronized void accept(long offset, ByteBuffer data) {
      for (long i = offset; data.hasRemaining(); i++) {
        int at = (int) (i - start);
        assertFalse(seen[at], "twice");
        seen[at] = true;
        got[at] = data.get();
        assertEquals(FakeOrigin.byteAt(name, i), got[at]);
      }
    }

    synchronized boolean complete() {
      for (boolean each : seen) {
        if (!each) {
          return false;
        }
      }
      return true;
    }
  }

  private CompletableFuture<Void> fetch(
      PinnedAsset asset, long offset, long length, Priority priority, List<Checked> sinks) {
    ByteRange range = new ByteRange(offset, length);
    Checked sink = new Checked(asset.info().path().value(), range);
    sinks.add(sink);
    return engine.fetch(asset, range, priority, soon(), sink);
  }

  private static <T extends Throwable> T failure(Class<T> type, CompletableFuture<?> future) {
    return assertInstanceOf(
        type,
        assertThrows(CompletionException.class, () -> future.orTimeout(15, TimeUnit.SECONDS).join())
            .getCause());
  }

  @Test
  void aDiskSlowerThanItsOriginHasLittleMemoryTouchedAndKeepsNoReaderWaiting() throws Exception {
    CountDownLatch diskWorks = new CountDownLatch(1);
    AtomicLong stored = new AtomicLong();
    long length = 160L << 20;
    origin.script = asked -> asked.future().complete(null);
    CompletableFuture<Void> staged =
        engine.fetch(
            FakeOrigin.asset("large", length),
            new ByteRange(0, length),
            Priority.PREFETCH,
            soon(),
            (offset, data) -> {
              try {
                diskWorks.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              stored.addAndGet(data.remaining());
            });
    long backlog = engine.pool().ceilingBytes() / 8;
    await(() -> engine.pool().takenBytes() >= backlog);
    int askedBefore = origin.asked.size();
    CompletableFuture<Void> demanded =
        engine.fetch(
            FakeOrigin.asset("wanted", GRAIN),
            new ByteRange(0, GRAIN),
            Priority.DEMAND,
            soon(),
            (offset, data) -> {});
    await(() -> origin.asked.size() > askedBefore);

    // A backlog, and what was in flight when it was reached; without a bound it would be 7/8 of
    // all.
    assertTrue(
        engine.pool().allocatedBytes() <= engine.pool().ceilingBytes() / 2,
        engine.pool().allocatedBytes() + " bytes");
    diskWorks.countDown();
    demanded.get(10, TimeUnit.SECONDS);
    staged.get(10, TimeUnit.SECONDS);
    assertEquals(length, stored.get());
  }

  @Test
  void randomOverlappingWantsEachGetEveryByteOnce() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ScheduledThreadPoolExecutor late = new ScheduledThreadPoolExecutor(2);
    AtomicInteger number = new AtomicInteger();
    origin.script =
        asked -> {
          int n = number.getAndIncrement();
          late.schedule(
              n % 10 == 7
                  ? () -> asked.fail(new IoFailure.Unavailable("scripted", null))
                  : asked::answer,
              n % 3,
              TimeUnit.MILLISECONDS);
        };
    try {
      List<Checked> sinks = new ArrayList<>();
      List<CompletableFuture<Void>> futures = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        PinnedAsset asset = FakeOrigin.asset("f" + random.nextInt(3), 3_000_000);
        long offset = random.nextInt(2_900_000);
        long length = 1L + random.nextInt((int) Math.min(300_000, 3_000_000 - offset));
        Priority priority = PRIORITIES.get(random.nextInt(3));
        CompletableFuture<Void> future = fetch(asset, offset, length, priority, sinks);
        if (random.nextInt(10) == 0) {
          future.cancel(true);
        }
        futures.add(future);
      }
      for (int i = 0; i < futures.size(); i++) {
        if (!futures.get(i).isCancelled()) {
          futures.get(i).get(20, TimeUnit.SECONDS);
          assertTrue(sinks.get(i).complete(), "seed " + seed);
        }
      }
    } finally {
      late.shutdownNow();
    }
  }

  @Test
  void equalWantsShareOneRequestAndNeighboursBecomeOne() throws Exception {
    origin.script = asked -> {};
    PinnedAsset asset = FakeOrigin.asset("a", 100L * GRAIN);
    List<Checked> sinks = new ArrayList<>();
    List<CompletableFuture<Void>> futures = new ArrayList<>();
    // Fills the limit, so that what comes next has to queue.
    for (int i = 0; i < ConcurrencyLimit.START; i++) {
      futures.add(fetch(FakeOrigin.asset("x" + i, GRAIN), 0, GRAIN, Priority.DEMAND, sinks));
    }
    for (int i = 0; i < 8; i++) {
      futures.add(fetch(asset, (long) i * GRAIN, GRAIN, Priority.DEMAND, sinks));
      futures.add(fetch(asset, (long) i * GRAIN, GRAIN, Priority.DEMAND, sinks));
    }
    assertEquals(ConcurrencyLimit.START, origin.asked.size());
    origin.script = FakeOrigin.Asked::answer;
    origin.asked.forEach(FakeOrigin.Asked::answer);
    for (CompletableFuture<Void> future : futures) {
      future.get(10, TimeUnit.SECONDS);
    }
    assertTrue(sinks.stream().allMatch(Checked::complete));
    assertEquals(ConcurrencyLimit.START + 1, origin.asked.size());
    assertEquals(new ByteRange(0, 8 * GRAIN), origin.asked.getLast().range());
  }

  @Test
  void aBlockedReaderOvertakesPrefetchAndLiftsOnlyWhatItNeeds() throws Exception {
    origin.script = asked -> {};
    List<Checked> sinks = new ArrayList<>();
    PinnedAsset big = FakeOrigin.asset("big", 1000L * GRAIN);
    CompletableFuture<Void> prefetch = fetch(big, 0, 1000L * GRAIN, Priority.PREFETCH, sinks);
    int before = origin.asked.size();
    CompletableFuture<Void> demand = fetch(big, 900L * GRAIN, GRAIN, Priority.DEMAND, sinks);
    assertEquals(before, origin.asked.size());
    origin.asked.getFirst().answer();
    await(() -> origin.asked.size() > before);
    assertEquals(new ByteRange(900L * GRAIN, GRAIN), origin.asked.get(before).range());
    origin.script = FakeOrigin.Asked::answer;
    origin.asked.stream()
        .filter(asked -> !asked.future().isDone())
        .forEach(FakeOrigin.Asked::answer);
    demand.get(10, TimeUnit.SECONDS);
    prefetch.get(10, TimeUnit.SECONDS);
    assertTrue(sinks.stream().allMatch(Checked::complete));
  }

  @Test
  void twoOwnersGetEqualShares() throws Exception {
    Map<String, AtomicInteger> served = new ConcurrentHashMap<>();
    CompletableFuture<Void> enough = new CompletableFuture<>();
    AtomicInteger total = new AtomicInteger();
    ScheduledThreadPoolExecutor late = new ScheduledThreadPoolExecutor(1);
    origin.script = asked -> {};
    try {
      RangeFetcher greedy = engine.forOwner("greedy");
      RangeFetcher modest = engine.forOwner("modest");
      for (int i = 0; i < 2000; i++) {
        PinnedAsset asset = FakeOrigin.asset("g" + i, GRAIN);
        greedy.fetch(asset, asset.info().wholeRange(), Priority.PREFETCH, soon(), (o, d) -> {});
      }
      for (int i = 0; i < 250; i++) {
        PinnedAsset asset = FakeOrigin.asset("m" + i, GRAIN);
        modest.fetch(asset, asset.info().wholeRange(), Priority.PREFETCH, soon(), (o, d) -> {});
      }
      origin.script =
          asked -> {
            if (total.incrementAndGet() <= 400) {
              String owner = asked.asset().path().value().substring(0, 1);
              served.computeIfAbsent(owner, k -> new AtomicInteger()).incrementAndGet();
            } else {
              enough.complete(null);
            }
            late.schedule(asked::answer, 100, TimeUnit.MICROSECONDS);
          };
      origin.asked.forEach(FakeOrigin.Asked::answer);
      enough.get(10, TimeUnit.SECONDS);
      int modestShare = served.get("m").get();
      assertTrue(modestShare >= 160 && modestShare <= 240, "modest had " + modestShare + " of 400");
    } finally {
      late.shutdownNow();
    }
  }

  @Test
  void aStragglerIsHedgedWithinItsBudget() throws Exception {
    AtomicInteger number = new AtomicInteger();
    ScheduledThreadPoolExecutor late = new ScheduledThreadPoolExecutor(2);
    origin.script =
        asked -> {
          // Each hundredth answer is held for two seconds, as in figure B12.
          boolean held = number.getAndIncrement() % 100 == 50;
          late.schedule(asked::answer, held ? 2_000 : 15, TimeUnit.MILLISECONDS);
        };
    try {
      long slowestNanos = 0;
      for (int round = 0; round < 100; round++) {
        List<CompletableFuture<Void>> reads = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < 4; i++) {
          PinnedAsset asset = FakeOrigin.asset("h" + round + "-" + i, 1 << 20);
          reads.add(
              engine.fetch(
                  asset, asset.info().wholeRange(), Priority.DEMAND, soon(), (o, d) -> {}));
        }
        for (CompletableFuture<Void> read : reads) {
          read.get(10, TimeUnit.SECONDS);
        }
        slowestNanos = Math.max(slowestNanos, System.nanoTime() - start);
      }
      assertTrue(slowestNanos < 1_500_000_000L, "the slowest took " + slowestNanos + " ns");
      OriginState state = engine.origins().getFirst();
      assertTrue(state.hedgedBytes() >= 3L << 20, state.toString());
      assertTrue(state.hedgedBytes() <= state.answeredBytes() / 20, state.toString());
    } finally {
      late.shutdownNow();
    }
  }

  @Test
  void aDeadlineEndsTheWaitAndNamesTheLastFailure() {
    origin.script = asked -> asked.fail(new IoFailure.Unavailable("the origin is on fire.", null));
    PinnedAsset asset = FakeOrigin.asset("d", GRAIN);
    CompletableFuture<Void> future =
        engine.fetch(
            asset,
            asset.info().wholeRange(),
            Priority.DEMAND,
            Deadline.after(Duration.ofMillis(300)),
            (o, d) -> {});
    IoFailure failure = failure(IoFailure.class, future);
    assertTrue(failure.getMessage().contains("the origin is on fire."), failure.getMessage());
    origin.script = asked -> {};
    CompletableFuture<Void> hanging =
        engine.fetch(
            FakeOrigin.asset("e", GRAIN),
            new ByteRange(0, GRAIN),
            Priority.DEMAND,
            Deadline.after(Duration.ofMillis(100)),
            (o, d) -> {});
    failure(IoFailure.TimedOut.class, hanging);
    await(() -> origin.asked.getLast().future().isDone());
  }

  @Test
  void whatNoRetryHelpsFailsAtOnceAndAloneForItsAsset() throws Exception {
    origin.script =
        asked -> {
          if (asked.asset().path().value().equals("gone")) {
            asked.fail(new IoFailure.NotFound("gone"));
          } else {
            asked.answer();
          }
        };
    PinnedAsset gone = FakeOrigin.asset("gone", 200L * GRAIN);
    failure(
        IoFailure.NotFound.class,
        engine.fetch(gone, gone.info().wholeRange(), Priority.DEMAND, soon(), (o, d) -> {}));
    List<Checked> sinks = new ArrayList<>();
    fetch(FakeOrigin.asset("here", GRAIN), 0, GRAIN, Priority.DEMAND, sinks)
        .get(10, TimeUnit.SECONDS);
    assertTrue(sinks.getFirst().complete());
  }

  @Test
  void aFailingSinkFailsOnlyItsOwnWant() throws Exception {
    origin.script = asked -> {};
    PinnedAsset asset = FakeOrigin.asset("s", GRAIN);
    CompletableFuture<Void> bad =
        engine.fetch(
            asset,
            asset.info().wholeRange(),
            Priority.DEMAND,
            soon(),
            (o, d) -> {
              throw new IoFailure.Disk("disk full", null);
            });
    List<Checked> sinks = new ArrayList<>();
    CompletableFuture<Void> good = fetch(asset, 0, GRAIN, Priority.DEMAND, sinks);
    origin.asked.getFirst().answer();
    failure(IoFailure.Disk.class, bad);
    good.get(10, TimeUnit.SECONDS);
    assertEquals(1, origin.asked.size());
  }

  @Test
  void memoryStaysBelowItsCeilingAndEveryoneIsServed() throws Exception {
    engine.close();
    engine =
        new FetchEngine(
            uri -> origin, FetchOptions.defaults().withMemoryBytes(16 << 20), new Metrics());
    AtomicInteger most = new AtomicInteger();
    origin.script =
        asked -> {
          most.accumulateAndGet((int) engine.pool().allocatedBytes(), Math::max);
          asked.answer();
        };
    List<Checked> sinks = new ArrayList<>();
    List<CompletableFuture<Void>> futures = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      futures.add(
          fetch(FakeOrigin.asset("m" + i, 2_000_000), i, 1_900_000, PRIORITIES.get(i % 3), sinks));
    }
    for (CompletableFuture<Void> future : futures) {
      future.get(20, TimeUnit.SECONDS);
    }
    assertTrue(sinks.stream().allMatch(Checked::complete));
    assertTrue(most.get() <= 16 << 20, "allocated " + most);
  }

  @Test
  void aCappedOriginIsNotFilled() throws Exception {
    engine.close();
    engine =
        new FetchEngine(
            uri -> origin,
            new FetchOptions(64 << 20, 4, Map.of("http://fake.example", 20L << 20)),
            new Metrics());
    PinnedAsset asset = FakeOrigin.asset("capped", 20 << 20);
    long start = System.nanoTime();
    engine
        .fetch(asset, asset.info().wholeRange(), Priority.PREFETCH, soon(), (o, d) -> {})
        .get(10, TimeUnit.SECONDS);
    double seconds = (System.nanoTime() - start) / 1e9;
    assertTrue(seconds > 0.6, "20 MiB at 20 MiB/s took " + seconds + " s");
  }

  @Test
  void retryAfterBeyondTheDeadlineIsNotWaitedFor() {
    origin.script =
        asked -> asked.fail(new IoFailure.Unavailable("busy for an hour.", null, 3_600_000));
    PinnedAsset asset = FakeOrigin.asset("r", GRAIN);
    long start = System.nanoTime();
    failure(
        IoFailure.Unavailable.class,
        engine.fetch(asset, asset.info().wholeRange(), Priority.DEMAND, soon(), (o, d) -> {}));
    assertTrue(System.nanoTime() - start < 3_000_000_000L);
  }
}
