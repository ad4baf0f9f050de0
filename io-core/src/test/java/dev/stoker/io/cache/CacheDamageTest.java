package dev.stoker.io.cache;

import static dev.stoker.io.cache.CacheFixture.soon;
import static dev.stoker.io.cache.MadeUpOrigin.asset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.posix.FolderHandle;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Suite F5: bits that flip and files that are cut short on the cache disk. Through us nobody gets
 * one of them; what the kernel gives past us the scrub finds and reports.
 */
@Timeout(900)
class CacheDamageTest {
  private static final int FILES = 24;

  @TempDir Path top;
  private final Trials trials = new Trials("F5 cache");
  private final Random random = trials.random();
  private final ConcurrentLinkedQueue<DamagedFile> reports = new ConcurrentLinkedQueue<>();
  private CacheFixture fixture;
  private Path session;
  private FolderHandle folder;

  /** When a disk may do it, from the reader's point of view. */
  private enum Moment {
    STOPPED,
    NOT_OPEN,
    OPEN,
    LINKED_BY_AN_EARLIER_PROCESS,
    LINKED
  }

  @BeforeEach
  void open() throws IOException {
    // Sixteen descriptors are eight files: two thirds of them are not open at any time.
    Path disk = Files.createDirectory(top.resolve("cache"));
    fixture =
        new CacheFixture(
            disk,
            new CacheSettings(List.of(new CacheSettings.Disk(disk, 256L << 20)), 8 << 20, 16));
    fixture.cache.onDamage(reports::add);
    session = Files.createDirectory(top.resolve("session"));
    folder = FolderHandle.open(session);
  }

  @AfterEach
  void close() {
    folder.close();
    fixture.close();
  }

  private static PinnedAsset file(int number) {
    return asset("f" + number, "1", 200_000 + number * 17_001L);
  }

  @Test
  void noFlippedBitAndNoCutFileIsServedAndTheScrubFindsWhatIsReadPastUs() throws Exception {
    for (int i = 0; i < FILES; i++) {
      fixture.checkAll(file(i));
    }
    for (int i = Trials.wanted(60); i > 0; i--) {
      PinnedAsset asset = file(random.nextInt(FILES));
      Moment moment = Moment.values()[i % Moment.values().length];
      trials.trial();
      try {
        switch (moment) {
          case STOPPED -> {
            fixture.cache.close();
            damage(asset, EntryId.DATA, EntryId.INDEX);
            reopen();
          }
          case NOT_OPEN -> {
            readOthers(asset);
            damage(asset, EntryId.DATA);
          }
          case OPEN -> {
            fixture.check(asset, 0, 10);
            damage(asset, EntryId.DATA);
          }
          case LINKED -> linked(asset, false);
          case LINKED_BY_AN_EARLIER_PROCESS -> linked(asset, true);
        }
        fixture.checkAll(asset);
      } catch (IoFailure e) {
        trials.lost(moment + " " + asset + ": " + e);
      } catch (AssertionError e) {
        trials.corrupt(moment + " " + asset + ": " + e.getMessage());
      }
    }
    trials.end();
  }

  private void reopen() {
    fixture.open();
    fixture.cache.onDamage(reports::add);
  }

  /** Until the asset's own files are closed, being the ones used longest ago. */
  private void readOthers(PinnedAsset asset) {
    for (int other = 0; other < 10; other++) {
      PinnedAsset another = file((int) ((asset.info().lengthBytes() / 17_001 + other) % FILES));
      if (!another.equals(asset)) {
        fixture.check(another, 0, 10);
      }
    }
  }

  private void linked(PinnedAsset asset, boolean byAnEarlierProcess) throws Exception {
    CachedAsset cached = fixture.open(asset);
    cached.pin("task");
    PlacedFile placed = cached.place(folder, "file", Placement.LINK, soon());
    assertEquals(Placement.LINK, placed.placement());
    if (byAnEarlierProcess) {
      // It knows no stamp of the file, as with bits that rot: only the checksum can tell.
      fixture.reopen();
      fixture.cache.onDamage(reports::add);
    }
    fixture.cache.scrub();
    if (!reports.isEmpty()) {
      trials.doubled("a report without damage: " + reports);
    }
    reports.clear();
    Object inode = Files.getAttribute(session.resolve("file"), "unix:ino");
    damage(asset, EntryId.DATA);
    fixture.cache.scrub();
    if (reports.isEmpty()) {
      trials.lost("nobody heard of damage to " + asset);
    }
    for (DamagedFile report : reports) {
      if (!report.identity().equals(asset.identity()) || !inode.equals(report.inode())) {
        trials.corrupt("the report is of another file: " + report);
      }
    }
    fixture.cache.scrub();
    if (reports.size() > 1) {
      trials.doubled("one damage was told again: " + reports);
    }
    reports.clear();
    if (byAnEarlierProcess) {
      Files.delete(session.resolve("file"));
    } else {
      placed.withdraw(folder, "file");
    }
    fixture.cache.unpin("task");
  }

  /** Flips a bit, or cuts the file; what is cut for a linked file comes back as zeros. */
  private void damage(PinnedAsset asset, String... suffixes) throws IOException {
    String suffix = suffixes[random.nextInt(suffixes.length)];
    Path path = EntryId.of(asset.identity()).file(fixture.folder, suffix);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      long length = file.length();
      if (length == 0) {
        return;
      }
      long at = random.nextLong(length);
      if (random.nextInt(4) == 0) {
        file.setLength(at);
        if (random.nextBoolean()) {
          file.setLength(length);
        }
      } else {
        file.seek(at);
        int old = file.read();
        file.seek(at);
        file.write(old ^ 1 << random.nextInt(8));
      }
    }
  }

  @Test
  void aPlacedFileIsCheckedAgainAfterTheTimeThatACheckIsBelieved() throws Exception {
    PinnedAsset asset = file(0);
    CachedAsset cached = fixture.open(asset);
    cached.complete(Priority.DEMAND, soon(), FillProgress.NONE);
    cached.place(folder, "first", Placement.LINK, soon()).withdraw(folder, "first");
    flipSilently(asset);
    fixture.nanos.addAndGet(Trust.DEFAULT.verifyAfter().toNanos());
    cached.place(folder, "second", Placement.LINK, soon());
    assertEquals(1, fixture.cache.usage().corruptGrains());
    assertRight(asset, "second");
  }

  @Test
  void aScrubThatFoundAllRightCountsAsTheCheckBeforeALink() throws Exception {
    PinnedAsset asset = file(0);
    CachedAsset cached = fixture.open(asset);
    PlacedFile first = cached.place(folder, "first", Placement.LINK, soon());
    fixture.nanos.addAndGet(Trust.DEFAULT.verifyAfter().toNanos() * 2 / 3);
    fixture.cache.scrub();
    first.withdraw(folder, "first");
    fixture.nanos.addAndGet(Trust.DEFAULT.verifyAfter().toNanos() * 2 / 3);
    flipSilently(asset);
    cached.place(folder, "second", Placement.LINK, soon());
    assertEquals(0, fixture.cache.usage().corruptGrains(), "it was not read again");
  }

  @Test
  void aScrubKeepsItsPace() throws Exception {
    fixture.close();
    fixture =
        new CacheFixture(
            fixture.folder,
            new CacheSettings(
                List.of(new CacheSettings.Disk(fixture.folder, 256L << 20)),
                8 << 20,
                16,
                new Trust(Duration.ofHours(1), Duration.ofHours(1), 20 << 20)));
    PinnedAsset large = asset("large", "1", 8 << 20);
    fixture.open(large).place(folder, "large", Placement.LINK, soon());
    long start = System.nanoTime();
    fixture.cache.scrub();
    double seconds = (System.nanoTime() - start) / 1e9;
    assertTrue(seconds > 0.3, "8 MiB at 20 MiB/s took " + seconds + " s");
  }

  @Test
  void theScrubRunsByItselfAndEndsWithTheCache() throws Exception {
    fixture.close();
    fixture =
        new CacheFixture(
            fixture.folder,
            new CacheSettings(
                List.of(new CacheSettings.Disk(fixture.folder, 256L << 20)),
                8 << 20,
                16,
                new Trust(Duration.ofHours(1), Duration.ofMillis(10), 1L << 30)));
    CountDownLatch heard = new CountDownLatch(1);
    fixture.cache.onDamage(file -> heard.countDown());
    PinnedAsset asset = file(3);
    fixture.open(asset).place(folder, "file", Placement.LINK, soon());
    damageByteAt(asset, 100_000);
    assertTrue(heard.await(20, TimeUnit.SECONDS));
    fixture.cache.close();
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().equals("cache scrub")));
  }

  /** As a disk does it: the file's times stay as they are. Possible while it has no other name. */
  private void flipSilently(PinnedAsset asset) throws IOException {
    Path path = EntryId.of(asset.identity()).file(fixture.folder, EntryId.DATA);
    FileTime was = Files.getLastModifiedTime(path);
    damageByteAt(asset, asset.info().lengthBytes() / 2);
    Files.setLastModifiedTime(path, was); // a disk that forgets does not say when
  }

  @Test
  void aFileThatSomebodyWroteToAfterItWasCheckedIsReadAgainBeforeTheKernelGetsIt()
      throws Exception {
    PinnedAsset asset = file(0);
    CachedAsset cached = fixture.open(asset);
    cached.complete(Priority.DEMAND, soon(), FillProgress.NONE);
    damageByteAt(asset, 7);
    assertNull(cached.expose(soon()));
    damageByteAt(asset, 7);
    damageByteAt(asset, 8);
    cached.place(folder, "first", Placement.LINK, soon());
    assertRight(asset, "first");
    assertEquals(1, fixture.cache.usage().corruptGrains());
  }

  private void damageByteAt(PinnedAsset asset, long at) throws IOException {
    Path path = EntryId.of(asset.identity()).file(fixture.folder, EntryId.DATA);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ 1);
    }
  }

  private void assertRight(PinnedAsset asset, String name) throws IOException {
    ByteBuffer right = MadeUpOrigin.content(asset, asset.info().wholeRange());
    byte[] placed = Files.readAllBytes(session.resolve(name));
    assertEquals(-1, ByteBuffer.wrap(placed).mismatch(right));
  }
}
