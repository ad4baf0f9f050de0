package dev.stoker.io.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheEviction;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.mount.fuse.SessionOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.file.FileSource;
import dev.stoker.io.testing.FuseAccess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Complete files that the kernel reads itself. */
@Timeout(60)
class PassthroughTest {
  private static final int BYTES = 3_000_001;

  @TempDir Path top;
  private Path origin;
  private Path folder;
  private Path mounted;
  private byte[] content;
  private FetchEngine engine;
  private BlockCache cache;
  private AssetTree tree;
  private AssetMount mount;

  @BeforeEach
  void open() throws IOException {
    FuseAccess.require();
    origin = Files.createDirectory(top.resolve("origin"));
    folder = top.resolve("cache");
    mounted = Files.createDirectory(top.resolve("mnt"));
    content = new byte[BYTES];
    new Random(3).nextBytes(content);
    Files.write(origin.resolve("scene.blend"), content);
    engine =
        new FetchEngine(
            uri -> new FileSource((dev.stoker.io.asset.FileUri) uri),
            FetchOptions.defaults().withMemoryBytes(32 << 20),
            new Metrics());
    mount(true);
  }

  private void mount(boolean passthrough) {
    cache =
        BlockCache.open(
            CacheSettings.of(folder, 64 << 20, 8 << 20), engine, (project, asset, deadline) -> {});
    AssetUri uri = AssetUri.parse(origin + "/");
    tree =
        new AssetTree(
            cache,
            uri,
            new FileSource((dev.stoker.io.asset.FileUri) uri),
            AssetTreeOptions.of(0, 0));
    mount =
        AssetMount.mount(
            mounted,
            tree,
            new AssetMount.Settings(
                "test",
                true,
                false,
                128,
                new SessionOptions(2, Duration.ofSeconds(20), 16 << 20, passthrough)));
    assumeTrue(!passthrough || mount.session().hasPassthrough(), "needs Linux 6.9");
  }

  private void unmount() {
    mount.close();
    tree.close();
    cache.close();
  }

  @AfterEach
  void close() {
    if (mount != null) {
      unmount();
      engine.close();
    }
  }

  private Path file() {
    return mounted.resolve("scene.blend");
  }

  private long exposed() throws IOException {
    try (Stream<Path> names = Files.list(folder.resolve("open"))) {
      return names.count();
    }
  }

  @Test
  void theFirstReadComesThroughUsAndTheNextIsTheKernelsOwn() throws Exception {
    assertArrayEquals(content, Files.readAllBytes(file()));
    assertEquals(0, tree.counters().passthroughOpens());
    awaitIdle();
    long through = tree.counters().readBytes();
    assertArrayEquals(content, Files.readAllBytes(file()));
    assertEquals(1, tree.counters().passthroughOpens());
    assertEquals(through, tree.counters().readBytes(), "nothing came through us");
    awaitNothingExposed();
  }

  @Test
  void whoOpensAFileThatIsOpenThroughUsGetsItThatWayToo() throws Exception {
    try (RandomAccessFile early = new RandomAccessFile(file().toFile(), "r")) {
      byte[] all = new byte[BYTES];
      early.readFully(all);
      try (RandomAccessFile late = new RandomAccessFile(file().toFile(), "r")) {
        assertEquals(content[0] & 0xff, late.read());
        assertEquals(0, tree.counters().passthroughOpens());
      }
    }
    awaitIdle();
    try (RandomAccessFile one = new RandomAccessFile(file().toFile(), "r");
        RandomAccessFile two = new RandomAccessFile(file().toFile(), "r")) {
      assertEquals(content[0] & 0xff, one.read());
      assertEquals(content[0] & 0xff, two.read());
      assertEquals(2, tree.counters().passthroughOpens());
      assertEquals(1, exposed(), "all opens share one file");
    }
    awaitNothingExposed();
  }

  @Test
  void whatTheKernelReadsIsNotEvictedUntilItIsClosed() throws Exception {
    Files.readAllBytes(file());
    awaitIdle();
    try (RandomAccessFile open = new RandomAccessFile(file().toFile(), "r")) {
      assertEquals(content[0] & 0xff, open.read());
      CacheEviction kept = cache.evict(uri -> true);
      assertEquals(1, kept.keptFiles());
      byte[] rest = new byte[BYTES - 1];
      open.readFully(rest);
      assertArrayEquals(java.util.Arrays.copyOfRange(content, 1, BYTES), rest);
    }
    awaitNothingExposed();
    assertEquals(1, cache.evict(uri -> true).files());
  }

  @Test
  void afterARestartAFileIsCheckedBeforeTheKernelGetsIt() throws Exception {
    Files.readAllBytes(file());
    unmount();
    mount(true);
    assertArrayEquals(content, Files.readAllBytes(file()));
    assertEquals(0, tree.counters().passthroughOpens(), "not checked by this process");
    long end = System.nanoTime() + 20_000_000_000L;
    while (tree.counters().passthroughOpens() == 0) {
      assertTrue(System.nanoTime() < end, "it is never given to the kernel");
      assertArrayEquals(content, Files.readAllBytes(file()));
    }
  }

  @Test
  void namesThatAKilledProcessLeftAreRemoved() throws Exception {
    Files.readAllBytes(file());
    unmount();
    Path left = folder.resolve("open/open-9");
    try (Stream<Path> all = Files.walk(folder)) {
      Path data = all.filter(path -> path.toString().endsWith(".data")).findFirst().orElseThrow();
      Files.createLink(left, data);
    }
    mount(true);
    assertTrue(Files.notExists(left));
    assertEquals(1, cache.evict(uri -> true).files());
  }

  private void awaitIdle() {
    await(() -> mount.session().openCount() == 0);
  }

  private void awaitNothingExposed() {
    await(
        () -> {
          try {
            return exposed() == 0;
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  /** The kernel tells of a close after close(2) has returned. */
  private static void await(java.util.function.BooleanSupplier done) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!done.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited 10 s");
      Thread.onSpinWait();
    }
  }
}
