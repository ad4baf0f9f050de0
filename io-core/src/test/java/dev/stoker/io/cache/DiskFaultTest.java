package dev.stoker.io.cache;

import static dev.stoker.io.cache.CacheFixture.soon;
import static dev.stoker.io.cache.MadeUpOrigin.asset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.testing.SmallDisk;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faults F6: full, read-only and failing disks. Mounts a small tmpfs, which needs root. */
@Timeout(60)
class DiskFaultTest {
  private static final long MIB = 1 << 20;

  @TempDir Path top;
  private Path disk;
  private SmallDisk small;
  private CacheFixture fixture;

  @BeforeEach
  void open() throws Exception {
    disk = Files.createDirectory(top.resolve("disk"));
    fixture = null;
  }

  @AfterEach
  void unmount() {
    if (fixture != null) {
      fixture.close();
    }
    if (small != null) {
      small.close();
    }
  }

  private void check(Trials trials, PinnedAsset asset) {
    trials.trial();
    try {
      fixture.checkAll(asset);
    } catch (IoFailure e) {
      trials.lost(asset + ": " + e);
    } catch (AssertionError e) {
      trials.corrupt(asset + ": " + e.getMessage());
    }
  }

  @Test
  void aDiskThatFailsIsTakenOutAndNotTriedAgain() {
    AtomicLong nanos = new AtomicLong(1);
    DiskHealth health = new DiskHealth("/disk", nanos::get);
    IOException failure = new IOException("Input/output error");
    assertFalse(health.failed(failure));
    assertFalse(health.failed(failure));
    assertTrue(health.isUsable(), "two bad sectors are two bad files");
    assertTrue(health.failed(failure));
    nanos.addAndGet(Duration.ofDays(100).toNanos());
    assertFalse(health.isUsable() || health.takesWrites());
    assertFalse(health.failed(failure), "told once");
  }

  @Test
  void damageFoundByVerifyIsDroppedBeforeAnybodyReadsIt() throws Exception {
    fixture = new CacheFixture(disk, 64 * MIB);
    fixture.checkAll(asset("a", "1", 4 * MIB));
    Path data = fixture.files(EntryId.DATA).getFirst();
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.seek(2 * MIB);
      file.write(new byte[10]);
    }
    assertEquals(1, fixture.cache.verify(soon()));
    assertEquals(0, fixture.cache.verify(soon()));
    assertFalse(fixture.open(asset("a", "1", 4 * MIB)).isComplete());
    fixture.checkAll(asset("a", "1", 4 * MIB));
  }

  @Test
  void aDiskThatFillsUpBelowTheCeilingShedsWritesAndReadersGoOn() throws Exception {
    small = SmallDisk.mount(disk, 16);
    fixture = new CacheFixture(disk, 256 * MIB);
    Trials trials = new Trials("F6 cache, full disk");
    for (int i = 0; i < 30; i++) {
      check(trials, asset("f" + i, "1", MIB));
    }
    trials.end();
    assertTrue(fixture.cache.usage().shedBytes() > 0);
    CachedAsset more = fixture.open(asset("more", "1", 4 * MIB));
    IoFailure.Disk full =
        assertThrows(
            IoFailure.Disk.class,
            () -> more.complete(Priority.PREFETCH, soon(), FillProgress.NONE));
    assertTrue(full.getMessage().contains("Cannot keep"), full.getMessage());
    fixture.checkAll(more.asset());
    fixture.cache.evictAll();
    fixture.nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    more.complete(Priority.PREFETCH, soon(), FillProgress.NONE); // and writes again by itself
    fixture.reopen();
    fixture.checkAll(asset("f0", "1", MIB));
  }

  @Test
  void aDiskThatTurnsReadOnlyIsTakenOutAndReadersGoOn() throws Exception {
    small = SmallDisk.mount(disk, 16);
    Path other = Files.createDirectory(top.resolve("other"));
    fixture =
        new CacheFixture(
            disk,
            new CacheSettings(
                List.of(new CacheSettings.Disk(disk, 12 * MIB), new CacheSettings.Disk(other, MIB)),
                8 * MIB,
                64));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      names.add("f" + i);
      fixture.checkAll(asset("f" + i, "1", MIB));
    }
    assertTrue(fixture.files(EntryId.DATA).size() >= 3, "most lie on the large disk");
    fixture.cache.close(); // or the remount would find open writers
    small.readOnly(true);
    fixture.open();
    Trials trials = new Trials("F6 cache, read-only disk");
    for (String name : names) {
      check(trials, asset(name, "1", MIB));
      check(trials, asset(name, "2", MIB));
    }
    trials.end();
    fixture
        .open(asset("small", "1", 100_000))
        .complete(Priority.PREFETCH, soon(), FillProgress.NONE);
    small.readOnly(false);
  }
}
