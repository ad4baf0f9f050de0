package dev.stoker.io.cache;

import static dev.stoker.io.cache.CacheFixture.soon;
import static dev.stoker.io.cache.MadeUpOrigin.asset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BlockCacheTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;
  private CacheFixture fixture;

  @BeforeEach
  void open() {
    fixture = new CacheFixture(folder, 256 * MIB);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void aColdSmallReadCostsOneGrainAndAWarmOneNothing() {
    PinnedAsset asset = asset("a", "1", 10 * MIB + 5);
    fixture.check(asset, 3 * MIB + 17, 4096);
    assertEquals(64 << 10, fixture.origin.sentBytes.get());
    fixture.check(asset, 3 * MIB + 17, 4096);
    fixture.check(asset, 3 * MIB, 64 << 10);
    assertEquals(64 << 10, fixture.origin.sentBytes.get());
    fixture.check(asset, 10 * MIB - 3, 8);
    fixture.checkAll(asset);
    assertEquals(10 * MIB + 5, fixture.origin.sentBytes.get(), "each byte came once");
  }

  @Test
  void whatWasFetchedSurvivesARestart() {
    PinnedAsset asset = asset("a", "1", 5 * MIB + 1);
    fixture.checkAll(asset);
    long sent = fixture.origin.sentBytes.get();
    fixture.reopen();
    fixture.checkAll(asset);
    assertEquals(sent, fixture.origin.sentBytes.get());
  }

  @Test
  void whatHasComeIsWrittenBeforeTheCacheCloses() throws Exception {
    PinnedAsset asset = asset("a", "1", MIB);
    Semaphore writers = fixture.cache.disks().getFirst().writers;
    int all = writers.drainPermits();
    List<ByteRange> whole = List.of(asset.info().wholeRange());
    var _ = fixture.open(asset).fill(whole, Priority.DEMAND, soon(), FillProgress.NONE);
    await(() -> fixture.cache.usage().originBytes() == MIB); // and waits for its turn at the disk
    Thread closing = Thread.ofPlatform().start(fixture.cache::close);
    await(() -> !closing.isAlive() || isIn(closing, "settle"));
    writers.release(all);
    assertTrue(closing.join(Duration.ofSeconds(20)));
    fixture.open();
    fixture.checkAll(asset);
    assertEquals(MIB, fixture.origin.sentBytes.get());
  }

  private static boolean isIn(Thread thread, String method) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals(method));
  }

  @Test
  void twoVersionsNeverMix() {
    fixture.check(asset("a", "1", MIB), 0, MIB);
    fixture.check(asset("a", "2", MIB), 0, MIB);
    fixture.check(asset("a", "1", MIB), 0, MIB);
    assertEquals(2 * MIB, fixture.origin.sentBytes.get());
  }

  @Test
  void piecesOfAnySizeBecomeGrains() {
    for (int piece : new int[] {1000, 65_535, 65_536, 100_001}) {
      fixture.origin.pieceBytes = piece;
      PinnedAsset asset = asset("a" + piece, "1", MIB + 77);
      fixture.checkAll(asset);
      long sent = fixture.origin.sentBytes.get();
      fixture.check(asset, 0, MIB + 77, false);
      assertEquals(sent, fixture.origin.sentBytes.get(), "piece size " + piece);
    }
  }

  @Test
  void readersOfTheSameGrainShareOneRequest() throws Exception {
    PinnedAsset asset = asset("a", "1", MIB);
    CompletableFuture<Void> open = new CompletableFuture<>();
    fixture.origin.gate = request -> open;
    try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        all.add(readers.submit(() -> fixture.check(asset, 70_000, 4096)));
      }
      while (fixture.origin.requests.isEmpty()) {
        Thread.onSpinWait();
      }
      open.complete(null);
      for (Future<?> reader : all) {
        reader.get();
      }
    }
    assertEquals(1, fixture.origin.requests.size());
  }

  @Test
  void aReaderIsNotHeldUpByAPrefetchOfTheSameGrain() throws Exception {
    PinnedAsset asset = asset("a", "1", MIB);
    fixture.waitsForDisk = false;
    CompletableFuture<Void> never = new CompletableFuture<>();
    fixture.origin.gate =
        request ->
            request.priority() == Priority.DEMAND ? CompletableFuture.completedFuture(null) : never;
    CompletableFuture<Void> fill =
        fixture
            .open(asset)
            .fill(List.of(asset.info().wholeRange()), Priority.PREFETCH, soon(), FillProgress.NONE);
    while (fixture.origin.requests.isEmpty()) {
      Thread.onSpinWait();
    }
    fixture.check(asset, 5, 10);
    never.complete(null);
    fill.get();
    assertTrue(fixture.open(asset).isComplete());
  }

  /** As when a reader of a mount closes his file while a session's inputs are brought. */
  @Test
  void whoJoinedAFillOfSomebodyWhoLeavesBringsTheRestHimself() throws Exception {
    PinnedAsset asset = asset("a", "1", MIB);
    AtomicInteger asked = new AtomicInteger();
    fixture.origin.gate =
        request ->
            asked.getAndIncrement() == 0
                ? new CompletableFuture<>()
                : CompletableFuture.completedFuture(null);
    List<ByteRange> all = List.of(asset.info().wholeRange());
    CompletableFuture<Void> leaves =
        fixture.open(asset).fill(all, Priority.READAHEAD, soon(), FillProgress.NONE);
    await(() -> asked.get() == 1);
    CompletableFuture<Void> joins =
        fixture.open(asset).fill(all, Priority.READAHEAD, soon(), FillProgress.NONE);
    await(() -> fixture.cache.usage().missBytes() == 2 * MIB);
    leaves.cancel(true);
    joins.get(10, TimeUnit.SECONDS);
    assertTrue(fixture.open(asset).isComplete());
    assertEquals(2, asked.get());
  }

  private static void await(BooleanSupplier done) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!done.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited 10 s");
      Thread.onSpinWait();
    }
  }

  @Test
  void aFillBringsAllAndSaysHowMuchCame() throws Exception {
    PinnedAsset asset = asset("a", "1", 40 * MIB + 9);
    fixture.check(asset, 0, MIB);
    var come = new java.util.concurrent.atomic.LongAdder();
    var there = new java.util.concurrent.atomic.LongAdder();
    FillProgress progress =
        new FillProgress() {
          @Override
          public void present(long bytes) {
            there.add(bytes);
          }

          @Override
          public void arrived(long bytes) {
            come.add(bytes);
          }
        };
    fixture
        .open(asset)
        .fill(List.of(asset.info().wholeRange()), Priority.PREFETCH, soon(), progress)
        .get();
    assertEquals(MIB, there.sum());
    assertEquals(39 * MIB + 9, come.sum());
    assertTrue(fixture.open(asset).isComplete());
  }

  @Test
  void flippedBitsAreFetchedAgainAndCounted() throws Exception {
    PinnedAsset asset = asset("a", "1", 4 * MIB + 100);
    fixture.checkAll(asset);
    fixture.cache.close();
    Path data = fixture.files(EntryId.DATA).getFirst();
    long seed = new Random().nextLong();
    System.out.println("flippedBits seed " + seed);
    Random random = new Random(seed);
    java.util.Set<Integer> grains = new java.util.HashSet<>();
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      for (int i = 0; i < 20; i++) {
        long at = random.nextLong(file.length());
        if (grains.add(Grain.at(at))) {
          file.seek(at);
          int old = file.read();
          file.seek(at);
          file.write(old ^ 1 << random.nextInt(8));
        }
      }
    }
    fixture.open();
    fixture.checkAll(asset);
    assertEquals(grains.size(), fixture.cache.usage().corruptGrains());
    fixture.checkAll(asset);
    assertEquals(grains.size(), fixture.cache.usage().corruptGrains());
  }

  @Test
  void aTruncatedFileOrIndexOnlyCostsAnotherFetch() throws Exception {
    PinnedAsset asset = asset("a", "1", 2 * MIB);
    for (String suffix : List.of(EntryId.DATA, EntryId.INDEX)) {
      fixture.checkAll(asset);
      fixture.cache.close();
      try (RandomAccessFile file =
          new RandomAccessFile(fixture.files(suffix).getFirst().toFile(), "rw")) {
        file.setLength(file.length() / 2);
      }
      fixture.open();
      fixture.checkAll(asset);
    }
  }

  @Test
  void anOriginsFailureReachesTheReaderAndTheNextReadTriesAgain() {
    PinnedAsset asset = asset("a", "1", MIB);
    fixture.origin.gate =
        request ->
            CompletableFuture.failedFuture(new IoFailure.Changed("It is another version by now."));
    assertThrows(IoFailure.Changed.class, () -> fixture.checkAll(asset));
    fixture.origin.gate = request -> CompletableFuture.completedFuture(null);
    fixture.checkAll(asset);
  }

  @Test
  void aReaderGivesUpAtItsDeadline() {
    PinnedAsset asset = asset("a", "1", MIB);
    fixture.origin.gate = request -> new CompletableFuture<>();
    assertThrows(
        IoFailure.TimedOut.class,
        () ->
            fixture
                .open(asset)
                .read(
                    new ByteRange(0, 10),
                    ByteBuffer.allocateDirect(10),
                    Deadline.after(Duration.ofMillis(50))));
  }

  @Test
  void aHitIsOnlyForAProjectThatMayReadTheOrigin() {
    PinnedAsset asset = asset("secret", "1", MIB);
    fixture.checkAll(asset);
    fixture.rights =
        (project, wanted, deadline) -> {
          throw new IoFailure.Denied(project + " may not read " + wanted + ".");
        };
    assertThrows(IoFailure.Denied.class, () -> fixture.cache.open(asset, "other", soon()));
    fixture.checkAll(asset); // whoever proved it stays in
    fixture.cache.grant("third", asset);
    fixture.cache.open(asset, "third", soon());
    fixture.nanos.addAndGet(Duration.ofHours(2).toNanos());
    assertThrows(IoFailure.Denied.class, () -> fixture.checkAll(asset), "a right is proved anew");
  }

  @Test
  void aFolderHasOneOwner() {
    IoFailure.Disk refused =
        assertThrows(
            IoFailure.Disk.class,
            () -> BlockCache.open(fixture.settings, fixture.origin, (p, a, d) -> {}));
    assertTrue(
        refused.getMessage().contains("running process " + ProcessHandle.current().pid()),
        refused.getMessage());
  }

  @Test
  void theCeilingHoldsAndPinnedFilesStay() {
    fixture.close();
    fixture = new CacheFixture(folder, 20 * MIB);
    PinnedAsset pinned = asset("pinned", "1", 5 * MIB);
    fixture.open(pinned).pin("task");
    fixture.open(pinned).complete(Priority.PREFETCH, soon(), FillProgress.NONE);
    for (int i = 0; i < 60; i++) {
      fixture.checkAll(asset("f" + i, "1", MIB + i));
      assertTrue(fixture.cache.usage().bytes() <= 20 * MIB, "round " + i);
    }
    long sent = fixture.origin.sentBytes.get();
    fixture.checkAll(pinned);
    assertEquals(sent, fixture.origin.sentBytes.get(), "the pinned file stayed");
    fixture.cache.evictAll();
    assertTrue(fixture.open(pinned).isComplete());
    fixture.cache.unpin("task");
    fixture.cache.evictAll();
    assertFalse(fixture.open(pinned).isComplete());
  }

  @Test
  void whatIsPinnedAboveTheCeilingIsRefusedInOneSentence() {
    fixture.close();
    fixture = new CacheFixture(folder, 4 * MIB);
    CachedAsset large = fixture.open(asset("large", "1", 8 * MIB));
    large.pin("task");
    IoFailure.Disk refused =
        assertThrows(
            IoFailure.Disk.class,
            () -> large.complete(Priority.PREFETCH, soon(), FillProgress.NONE));
    assertTrue(refused.getMessage().contains("raise the ceiling"), refused.getMessage());
    fixture.checkAll(large.asset()); // a reader goes on from the origin
  }

  @Test
  void filesAreBoundedToo() {
    fixture.close();
    fixture =
        new CacheFixture(
            folder,
            new CacheSettings(List.of(new CacheSettings.Disk(folder, 256 * MIB, 20)), 8 * MIB, 16));
    for (int i = 0; i < 40; i++) {
      fixture.checkAll(asset("f" + i, "1", 1000 + i));
      assertTrue(fixture.files("").size() <= 21, "20 and the owner file");
    }
    assertTrue(fixture.cache.usage().openFiles() <= 8);
  }

  @Test
  void aScanDoesNotWashOutWhatIsUsedAgain() {
    fixture.close();
    fixture = new CacheFixture(folder, 32 * MIB);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 8; i++) {
        fixture.checkAll(asset("hot" + i, "1", MIB));
      }
    }
    for (int i = 0; i < 100; i++) {
      fixture.checkAll(asset("scan" + i, "1", MIB));
    }
    long sent = fixture.origin.sentBytes.get();
    for (int i = 0; i < 8; i++) {
      fixture.checkAll(asset("hot" + i, "1", MIB));
    }
    assertTrue(fixture.origin.sentBytes.get() - sent <= MIB, "at most one of eight was lost");
  }

  @Test
  void aFileLargerThanTheCacheIsEvictedInParts() throws Exception {
    fixture.close();
    fixture = new CacheFixture(folder, 96 * MIB);
    PinnedAsset large = asset("large", "1", 256 * MIB);
    CachedAsset asset = fixture.open(large);
    ByteBuffer into = ByteBuffer.allocateDirect((int) MIB);
    for (long at = 0; at < 256 * MIB; at += MIB) {
      asset.read(new ByteRange(at, MIB), into.clear(), soon());
      fixture.origin.awaitQuiet();
      assertTrue(fixture.cache.usage().bytes() <= 96 * MIB);
    }
    long allocated =
        dev.stoker.io.posix.PosixFiles.status(fixture.files(EntryId.DATA).getFirst())
            .allocatedBytes();
    assertTrue(allocated > 32 * MIB && allocated <= 97 * MIB, "allocated " + allocated);
    fixture.check(large, 255 * MIB, MIB);
    assertEquals(256 * MIB, fixture.origin.sentBytes.get(), "the last part is still there");
    assertTrue(Files.size(fixture.files(EntryId.INDEX).getFirst()) < 128 << 10);
  }

  @Test
  void severalDisksShareTheLoad(@TempDir Path first, @TempDir Path second) {
    fixture.close();
    fixture =
        new CacheFixture(
            first,
            new CacheSettings(
                List.of(
                    new CacheSettings.Disk(first, 64 * MIB),
                    new CacheSettings.Disk(second, 64 * MIB)),
                8 * MIB,
                64));
    for (int i = 0; i < 40; i++) {
      fixture.checkAll(asset("f" + i, "1", 100_000));
    }
    int onFirst = fixture.files(EntryId.DATA).size();
    assertTrue(onFirst > 8 && onFirst < 32, onFirst + " of 40 on the first disk");
    fixture.reopen();
    long sent = fixture.origin.sentBytes.get();
    for (int i = 0; i < 40; i++) {
      fixture.checkAll(asset("f" + i, "1", 100_000));
    }
    assertEquals(sent, fixture.origin.sentBytes.get());
  }
}
