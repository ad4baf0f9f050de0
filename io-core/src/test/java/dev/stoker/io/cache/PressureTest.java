package dev.stoker.io.cache;

import static dev.stoker.io.cache.CacheFixture.soon;
import static dev.stoker.io.cache.MadeUpOrigin.asset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cache that is asked for more than its disk or its memory can take. */
@Timeout(60)
class PressureTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  @Test
  void aDiskThatDoesNotKeepUpShedsWritesReadersGoOnAndAPrefetchWaitsForIt() throws Exception {
    try (CacheFixture fixture = new CacheFixture(folder, 256 * MIB);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Semaphore writers = fixture.cache.disks().getFirst().writers;
      int all = writers.drainPermits(); // as many writes as there may be, none of which ends
      PinnedAsset read = asset("read", "1", 16 * MIB);
      long start = System.nanoTime();
      for (long at = 0; at < 16 * MIB; at += MIB) {
        fixture.check(read, at, MIB);
      }
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertTrue(millis < 5_000, "readers waited for the disk: " + millis + " ms");
      assertEquals(16 * MIB, fixture.cache.usage().shedBytes());
      CachedAsset kept = fixture.open(asset("kept", "1", 4 * MIB));
      Future<?> prefetch =
          threads.submit(() -> kept.complete(Priority.PREFETCH, soon(), FillProgress.NONE));

      writers.release(all);

      prefetch.get(20, TimeUnit.SECONDS);
      assertTrue(kept.isComplete());
      // What was shed comes again, and is kept.
      long before = fixture.cache.usage().shedBytes();
      fixture.open(read).complete(Priority.PREFETCH, soon(), FillProgress.NONE);
      fixture.checkAll(read);
      assertEquals(before, fixture.cache.usage().shedBytes());
    }
  }

  @Test
  void twoHundredAndFiftySixReadersStayWithinTheMemory() throws Exception {
    long seed = System.nanoTime();
    long budget = 4 * MIB; // a sixteenth of what the readers read at once
    long readerBytes = 256 << 10;
    int readers = 256;
    try (CacheFixture fixture =
            new CacheFixture(folder, CacheSettings.of(folder, 512 * MIB, budget));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      fixture.origin.pieceBytes = 100_000; // no whole grains: each has to be put together
      AtomicLong most = new AtomicLong();
      List<Future<?>> reading = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        Random random = new Random(seed + i);
        PinnedAsset asset = asset("file" + i % 64, "1", 8 * MIB);
        reading.add(
            threads.submit(
                () -> {
                  ByteBuffer into =
                      ByteBuffer.allocate((int) readerBytes); // not direct: ours alone
                  for (int n = 0; n < 4; n++) {
                    long at = random.nextLong(8 * MIB - readerBytes);
                    ByteRange range = new ByteRange(at, readerBytes);
                    fixture.open(asset).read(range, into.clear(), soon());
                    assertEquals(
                        -1,
                        fixture.origin.mismatch(asset, range, into.flip()),
                        "seed " + seed + ", " + range);
                    most.accumulateAndGet(fixture.cache.frameBytes(), Math::max);
                  }
                }));
      }
      for (Future<?> one : reading) {
        one.get(50, TimeUnit.SECONDS);
      }
      fixture.origin.awaitQuiet();
      assertTrue(most.get() > 0 && most.get() <= budget, most + " bytes of frames, seed " + seed);
      // All that was put together was given back: what is left is the RAM tier's.
      assertTrue(
          fixture.cache.frameBytes() <= budget * 3 / 4,
          fixture.cache.frameBytes() + " bytes were kept, seed " + seed);
    }
  }
}
