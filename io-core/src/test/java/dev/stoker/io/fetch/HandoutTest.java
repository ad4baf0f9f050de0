package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.observe.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Long answers are handed on in parts, and each byte still reaches each sink once. */
final class HandoutTest {
  private static final int MIB = 1 << 20;
  private static final List<Priority> PRIORITIES = List.of(Priority.values());

  private final FakeOrigin origin = new FakeOrigin(asked -> {});
  private final FetchEngine engine =
      new FetchEngine(uri -> origin, new FetchOptions(256L << 20, 4, Map.of(), 1), new Metrics());

  @AfterEach
  void stop() {
    engine.close();
    assertEquals(0, engine.pool().takenBytes());
  }

  @Test
  void theFirstGrainsOfALongAnswerAreHandedOnBeforeItsLastCame() {
    Taken sink = new Taken("a", new ByteRange(0, 8 * MIB));
    CompletableFuture<Void> want = fetch(FakeOrigin.asset("a", 8 * MIB), sink);
    FakeOrigin.Asked request = only();
    request.arrive(3 * MIB + 100);
    await(() -> sink.bytes() == 3 * MIB);
    assertFalse(want.isDone());
    request.answer();
    want.orTimeout(10, TimeUnit.SECONDS).join();
    assertEquals(8 * MIB, sink.bytes());
  }

  @Test
  void whatWasHandedOnIsNotFetchedAgainAfterAFailure() {
    Taken sink = new Taken("a", new ByteRange(0, 8 * MIB));
    CompletableFuture<Void> want = fetch(FakeOrigin.asset("a", 8 * MIB), sink);
    FakeOrigin.Asked cut = only();
    cut.arrive(5 * MIB);
    origin.script = FakeOrigin.Asked::answer;
    cut.fail(new IoFailure.Unavailable("The test cut the connection.", null));
    want.orTimeout(10, TimeUnit.SECONDS).join();
    assertEquals(5 * MIB, origin.asked.get(1).range().offset());
    assertEquals(
        (8 + 3) * MIB, origin.asked.stream().mapToLong(asked -> asked.range().lengthBytes()).sum());
    assertEquals(8 * MIB, sink.bytes());
  }

  @Test
  void whoJoinsWhenPartsWereHandedOnGetsThemToo() {
    PinnedAsset asset = FakeOrigin.asset("a", 8 * MIB);
    Taken early = new Taken("a", new ByteRange(0, 8 * MIB));
    Taken late = new Taken("a", new ByteRange(MIB, 4 * MIB));
    CompletableFuture<Void> first = fetch(asset, early);
    only().arrive(2 * MIB);
    await(() -> early.bytes() == 2 * MIB);
    CompletableFuture<Void> second = fetch(asset, late);
    only().arrive(6 * MIB);
    second.orTimeout(10, TimeUnit.SECONDS).join();
    only().answer();
    first.orTimeout(10, TimeUnit.SECONDS).join();
    assertEquals(8 * MIB, early.bytes());
    assertEquals(4 * MIB, late.bytes());
  }

  @Test
  void nothingIsHandedOnWhereOnlyTheEndTellsThatBytesBelongTogether() {
    PinnedAsset versioned = FakeOrigin.asset("a", 8 * MIB);
    AssetInfo info = versioned.info();
    PinnedAsset asset =
        new PinnedAsset(
            versioned.tree(),
            new AssetInfo(
                info.path(),
                new AssetVersion.AsRead(info.lengthBytes()),
                info.lengthBytes(),
                info.modified(),
                null));
    Taken sink = new Taken("a", new ByteRange(0, 8 * MIB));
    CompletableFuture<Void> want = fetch(asset, sink);
    only().arrive(6 * MIB);
    only().fail(new IoFailure.Unavailable("The test cut the connection.", null));
    await(() -> origin.asked.size() == 2);
    assertEquals(0, sink.bytes());
    assertEquals(new ByteRange(0, 8 * MIB), origin.asked.get(1).range());
    origin.asked.get(1).answer();
    want.orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Test
  void eachByteReachesEachSinkOnceWhateverTheOriginDoes() {
    long seed = Long.getLong("stoker.seed", System.nanoTime());
    System.out.println("HandoutTest: -Dstoker.seed=" + seed);
    Random random = new Random(seed);
    origin.script = asked -> Thread.ofVirtual().start(() -> behave(asked, random));
    PinnedAsset asset = FakeOrigin.asset("b", 48 * MIB);
    List<Taken> sinks = new ArrayList<>();
    List<CompletableFuture<Void>> wants = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int from = random.nextInt(47 * MIB);
      ByteRange range = ByteRange.between(from, from + 1 + random.nextInt(48 * MIB - from));
      Taken sink = new Taken("b", range);
      sinks.add(sink);
      Priority priority = PRIORITIES.get(random.nextInt(PRIORITIES.size()));
      wants.add(engine.fetch(asset, range, priority, soon(), sink));
    }
    wants.forEach(want -> want.orTimeout(30, TimeUnit.SECONDS).join());
    sinks.forEach(sink -> assertEquals(sink.range.lengthBytes(), sink.bytes()));
  }

  private static void behave(FakeOrigin.Asked asked, Random random) {
    int length = (int) asked.range().lengthBytes();
    for (int at = random.nextInt(2 * MIB); at < length; at += random.nextInt(3 * MIB)) {
      asked.arrive(at);
      if (random.nextInt(12) == 0) {
        asked.fail(new IoFailure.Unavailable("The test cut the connection.", null));
        return;
      }
    }
    asked.answer();
  }

  private CompletableFuture<Void> fetch(PinnedAsset asset, Taken sink) {
    return engine.fetch(asset, sink.range, Priority.PREFETCH, soon(), sink);
  }

  private FakeOrigin.Asked only() {
    assertEquals(1, origin.asked.size());
    return origin.asked.getFirst();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(60));
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited in vain");
      LockSupport.parkNanos(200_000);
    }
  }
}
