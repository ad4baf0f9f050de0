package dev.stoker.io.mount;

import dev.stoker.io.testing.FailingDisk;
import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.SmallDisk;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cache disk below a mount that is full, fills up or turns read-only (F6). */
@Timeout(120)
class MountFullDiskTest {
  private static final int FILES = 24;
  private static final int BYTES = 1_000_001;
  private static final int READERS = 4;

  /** What two busy cores need beyond the mount's own deadline. */
  private static final long LATE_NANOS = MountedFolder.TIMEOUT.toNanos() + 5_000_000_000L;

  @TempDir Path top;
  private final List<byte[]> contents = new ArrayList<>();
  private MountedFolder folder;

  @BeforeEach
  void require() {
    FuseAccess.require();
  }

  @AfterEach
  void close() {
    if (folder != null) {
      folder.close();
    }
  }

  private Path cacheDisk() throws IOException {
    return Files.createDirectories(top.resolve("cache"));
  }

  /** The cache believes that it may take more than the disk has. */
  private void mount(Random random) throws IOException {
    folder = MountedFolder.in(top, 256 << 20);
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[BYTES];
      random.nextBytes(content);
      contents.add(content);
      Files.write(folder.origin().resolve("f" + i), content);
    }
  }

  private void unmount() {
    folder.close();
    folder = null;
  }

  /** All files, by several readers at once, each in an order of its own. */
  private void readAll(Trials trials, String what) throws Exception {
    try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int reader = 0; reader < READERS; reader++) {
        Random order = new Random(trials.random().nextLong() + reader);
        all.add(
            readers.submit(
                () -> {
                  for (int i = 0; i < FILES; i++) {
                    read(trials, order.nextInt(FILES), what);
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(90, TimeUnit.SECONDS);
      }
    }
  }

  private void read(Trials trials, int i, String what) {
    trials.trial();
    long start = System.nanoTime();
    try {
      byte[] got = Files.readAllBytes(folder.mounted().resolve("f" + i));
      if (!Arrays.equals(contents.get(i), got)) {
        trials.corrupt(what + " f" + i);
      }
    } catch (IOException e) {
      trials.lost(what + " f" + i + ": " + e); // the origin is well: the disk is no excuse
    }
    if (System.nanoTime() - start > LATE_NANOS) {
      trials.lost(what + " f" + i + " came too late");
    }
  }

  @Test
  void readersOfAMountDoNotNoticeThatTheCacheDiskIsFull() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(cacheDisk(), 10)) {
      Trials trials = new Trials("F6 mount, full disk");
      mount(trials.random());
      readAll(trials, "disk smaller than the files");
      disk.fill();
      readAll(trials, "no room at all");
      disk.free();
      readAll(trials, "room again");
      trials.end();
      unmount();
    }
  }

  @Test
  void readersOfAMountDoNotNoticeThatTheCacheDiskTurnsReadOnly() throws Exception {
    try (FailingDisk disk = FailingDisk.mount(cacheDisk(), 64)) {
      Trials trials = new Trials("F6 mount, read-only disk");
      mount(trials.random());
      read(trials, 0, "well");
      disk.turnReadOnly();
      readAll(trials, "read-only");
      trials.end();
      unmount();
    }
  }
}
