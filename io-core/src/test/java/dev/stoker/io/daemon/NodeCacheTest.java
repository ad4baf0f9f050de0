package dev.stoker.io.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CacheCheck;
import dev.stoker.io.cache.CacheEviction;
import dev.stoker.io.cache.CacheSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people do with a cache: directly, and by the socket of its owner. */
@Timeout(60)
class NodeCacheTest {
  private static final int LARGE = 9_000_001;

  @TempDir Path top;
  private final LocalOrigins origins = new LocalOrigins();
  private Path origin;
  private Path cache;
  private IoNode node;
  private IoServer server;

  @BeforeEach
  void open() throws IOException {
    origin = Files.createDirectories(top.resolve("origin"));
    cache = top.resolve("cache");
    write("scene.blend", LARGE);
    write("textures/wood.png", 70_000);
    write("textures/old/stone.png", 10);
    write("empty", 0);
    node = IoNode.open(top.resolve("data"), CacheSettings.of(cache, 64 << 20, 64 << 20), origins);
    server = IoServer.start(node, top.resolve("data"));
  }

  @AfterEach
  void close() {
    server.close();
    node.close();
  }

  private void write(String name, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(name.hashCode()).nextBytes(content);
    Files.createDirectories(origin.resolve(name).getParent());
    Files.write(origin.resolve(name), content);
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private IoClient client() {
    return IoClient.ofCache(cache).orElseThrow();
  }

  private static TransferReport warm(NodeCache io, String... uris) {
    return io.warm(new WarmRequest("", List.of(uris)), soon(), progress -> {});
  }

  @Test
  void aCacheFolderLeadsToItsOwnerAndToNobodyOnceThatIsGone() {
    try (IoClient client = client()) {
      assertEquals(0, client.cache().files());
    }
    server.close();
    assertTrue(IoClient.ofCache(cache).isEmpty());
    assertFalse(Files.exists(cache.resolve("io.sock"), java.nio.file.LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void filesFoldersAndPatternsAreWarmedAndWhatIsMissingIsNamedWithoutStoppingTheRest() {
    try (IoClient client = client()) {
      TransferReport one = warm(client, origin + "/scene.blend");
      assertEquals(new TransferReport(1, 1, 0, LARGE, LARGE, 0, List.of()), one);
      TransferReport some =
          warm(
              client,
              origin + "/scene.blend",
              origin + "/textures/**/*.png",
              origin + "/gone.exr",
              origin + "/textures");
      assertEquals(3, some.filesDone(), some.toString());
      assertEquals(LARGE, some.cachedBytes());
      assertEquals(70_010, some.originBytes());
      assertEquals(1, some.failures().size());
      assertTrue(some.failures().getFirst().contains("gone.exr"), some.toString());
      assertEquals(4, warm(client, origin + "/").filesDone());
    }
  }

  @Test
  void aWarmingThatPassesItsDeadlineEndsThere() {
    origins.hangs = true;
    WarmRequest request = new WarmRequest("", List.of(origin + "/"));
    try (IoClient client = client()) {
      assertThrows(
          IoFailure.TimedOut.class,
          () -> client.warm(request, Deadline.after(Duration.ofMillis(200)), progress -> {}));
    }
  }

  @Test
  void aCopyFillsTheCacheAndTheNextOneAsksTheOriginForNothing() throws IOException {
    for (int round = 0; round < 2; round++) {
      Path to = top.resolve("copy" + round);
      CopyRequest request = new CopyRequest("", List.of(origin + "/"), to.toString(), false);
      try (IoClient client = client()) {
        TransferReport done = client.copy(request, soon(), progress -> {});
        assertEquals(4, done.filesDone(), done.toString());
        assertEquals(round == 0 ? LARGE + 70_010 : 0, done.originBytes());
        assertEquals(round == 0 ? 0 : LARGE + 70_010, done.cachedBytes());
        assertEquals(4, client.copy(request, soon(), progress -> {}).filesUnchanged());
      }
      for (String name : List.of("scene.blend", "textures/old/stone.png", "empty")) {
        assertArrayEquals(
            Files.readAllBytes(origin.resolve(name)), Files.readAllBytes(to.resolve(name)), name);
      }
      assertEquals(
          Files.getAttribute(origin.resolve("empty"), "unix:mode"),
          Files.getAttribute(to.resolve("empty"), "unix:mode"),
          "a copy is the user's to change");
    }
    assertThrows(
        IoFailure.Invalid.class,
        () -> node.copy(new CopyRequest("", List.of("/x"), "here", false), soon(), p -> {}));
  }

  @Test
  void aFlippedBitIsFoundByNameAndFetchedAgain() throws IOException {
    warm(node, origin + "/");
    Path data;
    try (var files = Files.walk(cache)) {
      data =
          files
              .filter(file -> file.toString().endsWith(".data"))
              .filter(file -> file.toFile().length() == LARGE)
              .findFirst()
              .orElseThrow();
    }
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.seek(5_000_000);
      int old = file.read();
      file.seek(5_000_000);
      file.write(old ^ 4);
    }
    try (IoClient client = client()) {
      CacheCheck others = client.verify(List.of(origin + "/textures"), soon(), progress -> {});
      assertEquals(new CacheCheck(2, 70_010, 0, List.of(), 0), others);
      CacheCheck all = client.verify(List.of(), soon(), progress -> {});
      assertFalse(all.isClean());
      assertEquals(
          List.of(new CacheCheck.Damage("file://" + origin + "/scene.blend", 1)), all.damaged());
      assertTrue(client.verify(List.of(), soon(), progress -> {}).isClean(), "it was dropped");
      assertEquals(64 << 10, warm(client, origin + "/").originBytes());
    }
  }

  @Test
  void whatIsNamedLeavesAndWhatASessionHoldsStays() throws IOException {
    warm(node, origin + "/");
    try (IoClient client = client()) {
      CacheEviction png = client.evict(List.of(origin + "/**/*.png"), soon());
      assertEquals(2, png.files(), png.toString());
      assertEquals(2, client.cache().files());
      Path session = Files.createDirectory(top.resolve("session"));
      client.stage(
          new StageRequest(
              "s",
              "",
              session.toString(),
              List.of(new StageRequest.Tree("show", origin + "/", List.of("scene.blend")))),
          soon(),
          progress -> {});
      CacheEviction all = client.evict(List.of(), soon());
      assertEquals(1, all.files());
      assertEquals(List.of("file://" + origin + "/scene.blend"), all.kept());
      assertEquals(1, all.keptFiles());
      client.unstage("s");
      long freed = client.evict(List.of(), soon()).bytes();
      assertTrue(freed >= LARGE && freed < LARGE + 20_000, "with its index: " + freed);
      assertEquals(0, client.cache().files());
    }
  }
}
