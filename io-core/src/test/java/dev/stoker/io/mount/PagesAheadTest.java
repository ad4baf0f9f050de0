package dev.stoker.io.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.testing.FuseAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel is given before it asks, over a real kernel. */
@Timeout(90)
class PagesAheadTest {
  private static final int BYTES = 24_000_001;

  @TempDir Path top;
  private MountedFolder folder;

  @BeforeEach
  void open() throws IOException {
    FuseAccess.require();
    folder = MountedFolder.in(top, 512 << 20);
  }

  @AfterEach
  void close() {
    if (folder != null) {
      folder.close();
    }
  }

  private byte[] write(String name) throws IOException {
    byte[] content = new byte[BYTES];
    new Random(name.hashCode()).nextBytes(content);
    Files.write(folder.origin().resolve(name), content);
    return content;
  }

  private long given() {
    return folder.tree().counters().givenAheadBytes();
  }

  private static byte[] read(Path file, long offset) throws IOException {
    byte[] got = new byte[(int) (BYTES - offset)];
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(offset);
      for (int at = 0; at < got.length; ) {
        at += in.readNBytes(got, at, Math.min(128 << 10, got.length - at));
      }
    }
    return got;
  }

  @Test
  void whoReadsOnGetsTheRightBytesAndMostOfThemUnasked() throws IOException {
    byte[] content = write("scene.blend");
    assertArrayEquals(content, read(folder.mounted().resolve("scene.blend"), 0));
    assertTrue(given() > 1 << 20, "given ahead: " + given());
    long read = folder.tree().counters().readBytes();
    assertTrue(read >= BYTES && read < BYTES + (2 << 20), "read: " + read);
  }

  @Test
  void whoReadsPastThePagesIsSoonGivenNoMore() throws Exception {
    byte[] content = write("cache.vdb");
    Path copy = top.resolve("copy");
    Process dd =
        new ProcessBuilder(
                "dd",
                "if=" + folder.mounted().resolve("cache.vdb"),
                "of=" + copy,
                "bs=128k",
                "iflag=direct",
                "status=none")
            .inheritIO()
            .start();
    assertTrue(dd.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, dd.exitValue());
    assertArrayEquals(content, Files.readAllBytes(copy));
    assertTrue(given() <= 10 << 20, "given ahead: " + given());
  }

  @Test
  void whoLooksThingsUpIsGivenNothing() throws IOException {
    byte[] content = write("library.blend");
    try (RandomAccessFile file =
        new RandomAccessFile(folder.mounted().resolve("library.blend").toFile(), "r")) {
      Random random = new Random(7);
      byte[] some = new byte[64 << 10];
      for (int i = 0; i < 60; i++) {
        int offset = random.nextInt(BYTES - some.length);
        file.seek(offset);
        file.readFully(some);
        for (int at = 0; at < some.length; at += 997) {
          assertEquals(content[offset + at], some[at]);
        }
      }
    }
    assertEquals(0, given());
  }

  /** Whoever gives pages may have to wait for a READ of them, which the other thread answers. */
  @Test
  void manyReadersOfAFewFilesAllEnd() throws Exception {
    List<byte[]> contents = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      contents.add(write("part" + i));
    }
    List<Future<?>> readers = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      for (int i = 0; i < 12; i++) {
        int file = i % 6;
        int from = i / 6 * 6_000_000;
        readers.add(threads.submit(() -> requireRight(file, contents.get(file), from)));
      }
      for (Future<?> reader : readers) {
        reader.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private @Nullable Void requireRight(int file, byte[] content, int from) throws IOException {
    byte[] got = read(folder.mounted().resolve("part" + file), from);
    int wrong = Arrays.mismatch(content, from, BYTES, got, 0, got.length);
    assertEquals(-1, wrong, "part" + file + " from " + from);
    return null;
  }
}
