package dev.stoker.io.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damage on the cache disk below a mount (F5). */
@Timeout(600)
class MountDamageTest {
  private static final int MOST_BYTES = 900_000;

  @TempDir Path top;
  private MountedFolder folder;

  @BeforeEach
  void open() throws IOException {
    FuseAccess.require();
    folder = MountedFolder.in(top, 64 << 20);
  }

  @AfterEach
  void close() {
    if (folder != null) {
      folder.close();
    }
  }

  /** Where the file is when its copy in the cache is damaged. */
  private enum When {
    STOPPED,
    IDLE,
    OPEN_THROUGH_US,
    OPEN_PAST_US
  }

  @Test
  void nobodyWhoOpensAFileGetsItsDamagedBytes() throws Exception {
    Trials trials = new Trials("F5 mount");
    Random random = trials.random();
    for (int i = 0; i < Trials.wanted(24); i++) {
      When when = When.values()[i % When.values().length];
      folder.cache().evict(uri -> true);
      String name = "f" + i + ".exr"; // asked for by itself: the listing is remembered
      byte[] content = new byte[70_000 + random.nextInt(MOST_BYTES)];
      random.nextBytes(content);
      Files.write(folder.origin().resolve(name), content);
      trials.trial();
      try {
        byte[] got = readDamaged(when, name, random);
        if (!Arrays.equals(content, got)) {
          trials.corrupt(name + " " + when + ": " + got.length + " bytes");
        }
      } catch (IOException e) {
        trials.lost(name + " " + when + ": " + e);
      }
    }
    trials.end();
  }

  private byte[] readDamaged(When when, String name, Random random) throws Exception {
    Path file = folder.mounted().resolve(name);
    switch (when) {
      case STOPPED -> {
        Files.readAllBytes(file);
        folder.unmount();
        damage(random);
        folder.mount();
      }
      case IDLE -> {
        Files.readAllBytes(file);
        folder.bring(name);
        awaitIdle();
        damage(random);
      }
      case OPEN_THROUGH_US -> {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
          byte[] all = new byte[(int) open.length()];
          open.readFully(all, 0, 100);
          folder.bring(name);
          damage(random);
          open.readFully(all, 100, all.length - 100);
          return all;
        }
      }
      case OPEN_PAST_US -> {
        Files.readAllBytes(file);
        folder.bring(name); // what was read may still be on its way to the disk
        awaitIdle();
        try (RandomAccessFile open = openPastUs(file)) {
          assertEquals(0, open.getFilePointer());
          damage(random);
          folder.cache().scrub();
          return Files.readAllBytes(file); // while the damaged one is open
        }
      }
    }
    return Files.readAllBytes(file);
  }

  /** Where the kernel can; the last reader's close may still be on its way to us. */
  private RandomAccessFile openPastUs(Path file) throws IOException {
    long end = System.nanoTime() + 10_000_000_000L;
    while (true) {
      long before = folder.tree().counters().passthroughOpens();
      RandomAccessFile open = new RandomAccessFile(file.toFile(), "r");
      if (!folder.session().session().hasPassthrough()
          || folder.tree().counters().passthroughOpens() > before) {
        return open;
      }
      open.close();
      assertTrue(System.nanoTime() < end, "the kernel does not get it");
    }
  }

  private void damage(Random random) throws IOException {
    Path data = folder.dataFiles().getFirst();
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      if (random.nextInt(4) == 0) {
        file.setLength(random.nextLong(file.length()));
      } else {
        long at = random.nextLong(file.length());
        file.seek(at);
        int was = file.read();
        file.seek(at);
        file.write(was ^ 1 << random.nextInt(8));
      }
    }
  }

  @Test
  void whoHadADamagedFileOpenKeepsOthersFromNothingAndTheNextOpenIsTheKernelsAgain()
      throws Exception {
    byte[] content = new byte[300_000];
    new Random(5).nextBytes(content);
    Files.write(folder.origin().resolve("a.exr"), content);
    Path file = folder.mounted().resolve("a.exr");
    Files.readAllBytes(file);
    folder.bring("a.exr");
    awaitIdle();
    try (RandomAccessFile open = openPastUs(file)) {
      assertEquals(content[0] & 0xff, open.read());
      damage(new Random(1));
      folder.cache().scrub();
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(content, Files.readAllBytes(file));
      }
      long before = folder.tree().counters().passthroughOpens();
      if (folder.session().session().hasPassthrough()) {
        await(
            () -> {
              try {
                assertArrayEquals(content, Files.readAllBytes(file));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
              return folder.tree().counters().passthroughOpens() > before;
            });
      }
    }
  }

  private void awaitIdle() {
    await(() -> folder.session().session().openCount() == 0);
  }

  /** The kernel tells of a close after close(2) has returned. */
  private static void await(BooleanSupplier done) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!done.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited 10 s");
      Thread.onSpinWait();
    }
  }
}
