package dev.stoker.io.cache;

import static dev.stoker.io.cache.CacheFixture.soon;
import static dev.stoker.io.cache.MadeUpOrigin.asset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.fetch.Priority;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  private boolean mounted;
  private CacheFixture fixture;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(top.resolve("disk"));
    fixture = null;
  }

  @AfterEach
  void unmount() throws Exception {
    if (fixture != null) {
      fixture.close();
    }
    if (mounted) {
      run("umount", disk.toString());
    }
  }

  /** A 16 MiB disk of our own. */
  private void mountSmallDisk() throws Exception {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=16m", "stoker-test", disk.toString()) == 0;
    if (!mounted && "true".equals(System.getenv("CI"))) {
      fail("Cannot mount a tmpfs; this test needs root, and CI=true allows no skip.");
    }
    assumeTrue(mounted, "needs root to mount a tmpfs");
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    process.getInputStream().readAllBytes();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return -1;
    }
    return process.exitValue();
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
    mountSmallDisk();
    fixture = new CacheFixture(disk, 256 * MIB);
    for (int i = 0; i < 30; i++) {
      fixture.checkAll(asset("f" + i, "1", MIB));
    }
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
    mountSmallDisk();
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
    assertEquals(0, run("mount", "-o", "remount,ro", disk.toString()));
    fixture.open();
    for (String name : names) {
      fixture.checkAll(asset(name, "1", MIB));
      fixture.checkAll(asset(name, "2", MIB));
    }
    fixture
        .open(asset("small", "1", 100_000))
        .complete(Priority.PREFETCH, soon(), FillProgress.NONE);
    assertEquals(0, run("mount", "-o", "remount,rw", disk.toString()));
  }
}
