package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.StreamWindow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Where all sinks are quick, bytes pass through a window, and each still reaches each sink once.
 */
final class StreamedReadTest {
  private static final int MIB = 1 << 20;
  private static final List<Priority> PRIORITIES = List.of(Priority.values());

  private final FakeOrigin origin = new FakeOrigin(asked -> {});
  private final FetchEngine engine =
      new FetchEngine(uri -> origin, new FetchOptions(256L << 20, 4, Map.of(), 1), new Metrics());

  @BeforeEach
  void stream() {
    origin.streams = true;
  }

  @AfterEach
  void stop() {
    engine.close();
    assertEquals(0, engine.pool().takenBytes());
  }

  @Test
  void aLongAnswerPassesThroughAWindowWhichIsAllTheMemoryItTakes() {
    Taken sink = quick(0, 40 * MIB);
    CompletableFuture<Void> want = fetch(sink);
    assertEquals(StreamWindow.IN_A_ROW.bytes(), engine.pool().takenBytes());
    FakeOrigin.Asked request = only();
    request.arrive(3 * MIB + 100);
    // At once, on the thread on which they came.
    assertEquals(3 * MIB, sink.bytes());
    origin.script = FakeOrigin.Asked::answer;
    request.answer();
    end(want);
    assertEquals(40 * MIB, sink.bytes());
    assertEquals(40 * MIB, askedBytes());
  }

  @Test
  void aSourceOrASinkThatCannotStreamGetsAWholeBuffer() {
    Taken slow = new Taken("a", new ByteRange(0, 8 * MIB));
    CompletableFuture<Void> first = fetch(slow);
    assertFalse(only().isWindow());
    only().answer();
    end(first);
    origin.streams = false;
    // In several requests where the first was answered slowly.
    origin.script = FakeOrigin.Asked::answer;
    CompletableFuture<Void> second = fetch(quick(0, 8 * MIB));
    end(second);
    assertFalse(origin.asked.stream().anyMatch(FakeOrigin.Asked::isWindow));
    assertEquals(16 * MIB, askedBytes());
  }

  @Test
  void afterAFailureOnlyWhatIsLackingIsAskedFor() {
    Taken sink = quick(0, 8 * MIB);
    CompletableFuture<Void> want = fetch(sink);
    only().arrive(5 * MIB);
    origin.script = FakeOrigin.Asked::answer;
    only().fail(new IoFailure.Unavailable("The test cut the connection.", null));
    end(want);
    assertEquals(5 * MIB, origin.asked.get(1).range().offset());
    assertEquals(8 * MIB, sink.bytes());
  }

  @Test
  void whoJoinsBehindTheWindowGetsItsBytesByARequestOfItsOwn() {
    Taken early = quick(0, 8 * MIB);
    Taken late = quick(MIB, 4 * MIB);
    CompletableFuture<Void> first = fetch(early);
    only().arrive(2 * MIB);
    CompletableFuture<Void> second = fetch(late);
    origin.script = FakeOrigin.Asked::answer;
    only().answer();
    end(first);
    end(second);
    assertEquals(8 * MIB, early.bytes());
    assertEquals(4 * MIB, late.bytes());
  }

  @Test
  void whoJoinsAheadOfTheWindowGetsItsBytesFromItThoughItIsSlow() {
    Taken early = quick(0, 8 * MIB);
    Taken late = new Taken("a", new ByteRange(4 * MIB, MIB));
    CompletableFuture<Void> first = fetch(early);
    only().arrive(2 * MIB);
    CompletableFuture<Void> second = fetch(late);
    only().arrive(6 * MIB);
    end(second);
    only().answer();
    end(first);
    assertEquals(MIB, late.bytes());
    assertEquals(8 * MIB, askedBytes());
  }

  @Test
  void aSinkThatFailsEndsItsWantOnly() {
    Taken good = quick(0, 8 * MIB);
    CompletableFuture<Void> first = fetch(good);
    CompletableFuture<Void> second =
        engine.fetch(asset(), new ByteRange(0, 8 * MIB), Priority.PREFETCH, soon(), new FullDisk());
    only().answer();
    end(first);
    assertEquals(8 * MIB, good.bytes());
    assertTrue(second.isCompletedExceptionally());
  }

  private static final class FullDisk implements RangeSink {
    @Override
    public void accept(long offset, java.nio.ByteBuffer data) {
      throw new IoFailure.Disk("The test's disk is full.", null);
    }

    @Override
    public boolean isQuick() {
      return true;
    }
  }

  @Test
  void eachByteReachesEachSinkOnceWhateverTheOriginDoes() {
    long seed = Long.getLong("stoker.seed", System.nanoTime());
    System.out.println("StreamedReadTest: -Dstoker.seed=" + seed);
    Random random = new Random(seed);
    origin.script = asked -> Thread.ofVirtual().start(() -> behave(asked, random));
    List<Taken> sinks = new ArrayList<>();
    List<CompletableFuture<Void>> wants = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int from = random.nextInt(39 * MIB);
      int length = 1 + random.nextInt(40 * MIB - from);
      Taken sink = new Taken("a", new ByteRange(from, length));
      sink.quick = random.nextInt(8) > 0;
      sinks.add(sink);
      Priority priority = PRIORITIES.get(random.nextInt(PRIORITIES.size()));
      wants.add(engine.fetch(asset(), sink.range, priority, soon(), sink));
      if (random.nextInt(10) == 0) {
        Taken turned = sinks.get(random.nextInt(sinks.size()));
        turned.quick = !turned.quick;
      }
    }
    wants.forEach(StreamedReadTest::end);
    sinks.forEach(
        sink -> assertEquals(sink.range.lengthBytes(), sink.bytes(), () -> "seed " + seed));
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

  private CompletableFuture<Void> fetch(Taken sink) {
    return engine.fetch(asset(), sink.range, Priority.PREFETCH, soon(), sink);
  }

  private static PinnedAsset asset() {
    return FakeOrigin.asset("a", 40 * MIB);
  }

  private static Taken quick(long offset, long lengthBytes) {
    Taken sink = new Taken("a", new ByteRange(offset, lengthBytes));
    sink.quick = true;
    return sink;
  }

  private long askedBytes() {
    return origin.asked.stream().mapToLong(asked -> asked.range().lengthBytes()).sum();
  }

  private FakeOrigin.Asked only() {
    assertEquals(1, origin.asked.size());
    return origin.asked.getFirst();
  }

  private static void end(CompletableFuture<Void> want) {
    want.orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(60));
  }
}
