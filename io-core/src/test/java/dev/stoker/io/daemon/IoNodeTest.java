package dev.stoker.io.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.pin.Pin;
import dev.stoker.io.pin.PinRequest;
import dev.stoker.io.stage.DamagedStages;
import dev.stoker.io.stage.StageOwner;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class IoNodeTest {
  @TempDir Path top;
  private final LocalOrigins origins = new LocalOrigins();
  private Path origin;
  private Path session;
  private IoNode node;

  @BeforeEach
  void open() throws IOException {
    origin = Files.createDirectories(top.resolve("origin"));
    session = Files.createDirectories(top.resolve("session"));
    write("scene.blend", 300_001);
    write("textures/wood.png", 70_000);
    write("textures/old/stone.png", 10);
    write("empty", 0);
    node = start();
  }

  @AfterEach
  void close() {
    node.close();
  }

  private IoNode start() {
    return IoNode.open(
        top.resolve("data"), CacheSettings.of(top.resolve("cache"), 64 << 20, 16 << 20), origins);
  }

  private void write(String name, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(name.hashCode()).nextBytes(content);
    Files.createDirectories(origin.resolve(name).getParent());
    Files.write(origin.resolve(name), content);
  }

  private StageRequest request(String id, String... include) {
    return new StageRequest(
        id,
        "show",
        session.toString(),
        List.of(new StageRequest.Tree("show", origin + "/", List.of(include))));
  }

  private StageProgress stage(NodeIo io, StageRequest request) {
    return io.stage(request, Deadline.after(Duration.ofSeconds(20)), progress -> {});
  }

  private void assertStaged(String... names) throws IOException {
    for (String name : names) {
      assertArrayEquals(
          Files.readAllBytes(origin.resolve(name)),
          Files.readAllBytes(session.resolve("show").resolve(name)),
          name);
    }
  }

  @Test
  void aTreeIsLaidOutReadOnlyAndTakenAwayAgain() throws IOException {
    StageProgress done = stage(node, request("s1"));
    assertEquals(new StageProgress(4, 4, 370_011, 370_011, 370_011, 0), done);
    assertStaged("scene.blend", "textures/wood.png", "textures/old/stone.png", "empty");
    Path wood = session.resolve("show/textures/wood.png");
    assertEquals("r--r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(wood)));
    assertEquals(
        "rwxr-xr-x",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(wood.getParent())));
    assertEquals(2, Files.getAttribute(wood, "unix:nlink"));
    assertEquals(List.of(), node.unstage("s1"));
    assertFalse(Files.exists(session.resolve("show")));
    assertEquals(List.of(), node.unstage("s1"));
  }

  @Test
  void aSecondStageFetchesNothing() throws IOException {
    stage(node, request("s1"));
    node.unstage("s1");
    long sent = origins.sentBytes.get();
    assertEquals(370_011, stage(node, request("s2")).cachedBytes());
    assertEquals(sent, origins.sentBytes.get());
    node.unstage("s2");
    node.close();
    node = start();
    assertEquals(370_011, stage(node, request("s3")).cachedBytes());
    assertEquals(sent, origins.sentBytes.get(), "also after a restart");
    assertStaged("scene.blend");
  }

  @Test
  void onlyWhatIsIncludedComes() throws IOException {
    assertEquals(1, stage(node, request("s1", "scene.blend")).filesDone());
    assertFalse(Files.exists(session.resolve("show/empty")));
    stage(node, request("s1", "textures/"));
    assertStaged("textures/wood.png", "textures/old/stone.png");
    node.unstage("s1");
    assertEquals(2, stage(node, request("s2", "**/*.png")).filesDone());
    assertEquals(1, stage(node, request("s2", "textures/*.png", "textures/wood.png")).filesDone());
  }

  @Test
  void aStageKeepsToTheVersionsThatItsSheetNames() throws IOException {
    PinRequest sheet = new PinRequest("s1", "j@1", List.of(), List.of(), 0);
    node.pin(sheet);
    stage(node, request("s1", "scene.blend"));
    Pin met = node.pin(PinRequest.look("s1")).met().getFirst();
    assertEquals("show/scene.blend", met.name());
    node.unstage("s1");
    assertEquals("", node.pin(PinRequest.look("s1")).sheetId());

    write("scene.blend", 300_002);
    node.pin(new PinRequest("s2", "j@1", List.of(), List.of(met), 1));
    long sent = origins.sentBytes.get();
    IoFailure.Changed changed =
        assertThrows(IoFailure.Changed.class, () -> stage(node, request("s2", "scene.blend")));
    assertTrue(changed.getMessage().contains("show/scene.blend"), changed.getMessage());
    assertFalse(Files.exists(session.resolve("show/scene.blend")));
    assertEquals(sent, origins.sentBytes.get(), "not a byte of the other version");
    assertTrue(changed.getMessage().contains(met.version()), changed.getMessage());
    assertEquals(List.of(), node.pin(PinRequest.look("s2")).conflicts(), "nobody read it");
    stage(node, request("s2", "textures/wood.png"));
    assertStaged("textures/wood.png");
  }

  @Test
  void aMissingIncludeIsNamed() {
    IoFailure.NotFound missing =
        assertThrows(
            IoFailure.NotFound.class, () -> stage(node, request("s1", "textures/gone.png")));
    assertTrue(missing.getMessage().contains("textures/gone.png"), missing.getMessage());
    assertThrows(IoFailure.Invalid.class, () -> stage(node, request("s1", "../etc/passwd")));
  }

  @Test
  void aChangedOriginIsStagedAnew() throws IOException {
    stage(node, request("s1"));
    node.unstage("s1");
    Files.write(origin.resolve("textures/wood.png"), new byte[3]);
    stage(node, request("s2"));
    assertStaged("textures/wood.png", "scene.blend");
  }

  @Test
  void aFileOverwrittenWhileStagedIsNamedAndLeavesTheCache() throws IOException {
    stage(node, request("s1"));
    stage(node, new StageRequest("s2", "show", other().toString(), request("s2").trees()));
    Path wood = session.resolve("show/textures/wood.png");
    Files.setPosixFilePermissions(wood, PosixFilePermissions.fromString("rw-rw-rw-"));
    Files.write(wood, new byte[11]);
    assertEquals(List.of("show/textures/wood.png"), node.unstage("s1"));
    assertEquals(List.of("show/textures/wood.png"), node.unstage("s2"), "it read them too");
    long sent = origins.sentBytes.get();
    stage(node, request("s3"));
    assertStaged("textures/wood.png", "scene.blend");
    assertEquals(sent + 70_000, origins.sentBytes.get());
    node.unstage("s3");
    assertEquals(0, count(top.resolve("cache/lost")));
  }

  @Test
  void aFileOverwrittenWithTheSameBytesAndTimesIsNoticedByItsChangeTime() throws IOException {
    stage(node, request("s1"));
    Path wood = session.resolve("show/textures/wood.png");
    var times = Files.getLastModifiedTime(wood);
    byte[] bytes = Files.readAllBytes(wood);
    Files.setPosixFilePermissions(wood, PosixFilePermissions.fromString("rw-r--r--"));
    bytes[5]++;
    Files.write(wood, bytes);
    Files.setLastModifiedTime(wood, times);
    assertEquals(List.of("show/textures/wood.png"), node.unstage("s1"));
  }

  @Test
  void linksInTheSessionsFolderLeadNowhere() throws IOException {
    Path victim = Files.createDirectories(top.resolve("victim"));
    Files.createDirectories(session.resolve("show"));
    Files.createSymbolicLink(session.resolve("show/textures"), victim);
    assertThrows(IoFailure.Disk.class, () -> stage(node, request("s1", "textures/")));
    assertEquals(0, count(victim));
    Files.write(victim.resolve("kept"), new byte[1]);
    node.unstage("s1");
    assertEquals(1, count(victim), "taking away follows no link either");
    assertFalse(Files.exists(session.resolve("show")));
  }

  @Test
  void whatADeadProcessLeftIsTakenAwayAtTheNextStart() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    node.stage(
        request("s1"),
        new StageOwner(dead.pid(), 1),
        Deadline.after(Duration.ofSeconds(9)),
        p -> {});
    Path second = other();
    stage(node, new StageRequest("s2", "show", second.toString(), request("s2").trees()));
    node.close();
    node = start();
    assertFalse(Files.exists(session.resolve("show")));
    assertTrue(Files.exists(second.resolve("show/scene.blend")), "its owner lives: this test");
    node.unstage("s2");
    assertFalse(Files.exists(second.resolve("show")));
  }

  /** A renderer whose agent died reads on, and the next agent brings more of it. */
  @Test
  void aStageThatWasGivenAwayLivesAsLongAsItsNewOwnerWhoeverAskedForIt() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Process shim = new ProcessBuilder("sleep", "60").start();
    Deadline deadline = Deadline.after(Duration.ofSeconds(9));
    try {
      node.stage(request("s1", "scene.blend"), new StageOwner(dead.pid(), 1), deadline, p -> {});
      try (IoServer server = IoServer.start(node, top.resolve("data"));
          IoClient client = new IoClient(top.resolve("data"))) {
        assertTrue(Files.exists(server.socket()));
        client.giveStage("s1", shim.pid());
        client.giveStage("nobody's", shim.pid());
      }
      node.close();
      node = start();
      assertStaged("scene.blend");
      node.stage(request("s1", "empty"), new StageOwner(dead.pid(), 1), deadline, p -> {});
      assertStaged("scene.blend", "empty");
      node.close();
      node = start();
      assertStaged("scene.blend", "empty");
    } finally {
      shim.destroyForcibly().waitFor();
    }
    node.close();
    node = start();
    assertFalse(Files.exists(session.resolve("show")));
  }

  @Test
  void stagesAreServedBySocketWithProgressAndFailures() throws Exception {
    Path data = top.resolve("data");
    try (IoClient client = new IoClient(data)) {
      assertThrows(IoFailure.Unavailable.class, client::cache, "nobody listens");
      assertFalse(IoSocket.isServed(data));
      IoServer server = IoServer.start(node, data);
      try (server) {
        assertTrue(IoSocket.isServed(data));
        assertEquals(
            "rw-------",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(server.socket())));
        assertThrows(IoFailure.Unavailable.class, () -> IoServer.start(node, data));
        ConcurrentLinkedQueue<StageProgress> told = new ConcurrentLinkedQueue<>();
        StageProgress done =
            client.stage(request("s1"), Deadline.after(Duration.ofSeconds(9)), told::add);
        assertEquals(4, done.filesDone());
        assertFalse(told.isEmpty());
        assertEquals(4, client.cache().files());
        assertThrows(IoFailure.NotFound.class, () -> stage(client, request("s1", "nowhere")));
        assertEquals(List.of(), client.unstage("s1"));
        write("late", 200_000);
        origins.hangs = true;
        assertThrows(
            IoFailure.TimedOut.class,
            () ->
                client.stage(
                    request("s2", "late"), Deadline.after(Duration.ofMillis(100)), p -> {}));
        CompletableFuture<StageProgress> underWay =
            CompletableFuture.supplyAsync(() -> stage(client, request("s3", "late")));
        while (node.cache().missBytes() < 370_011 + 2 * 200_000) {
          Thread.onSpinWait();
        }
        server.close();
        assertTrue(
            assertThrows(Exception.class, underWay::get).getCause()
                instanceof IoFailure.Unavailable);
      }
      origins.hangs = false;
      try (IoServer again = IoServer.start(node, data)) {
        assertTrue(Files.exists(again.socket()));
        assertEquals(1, stage(client, request("s4", "late")).filesDone());
      }
    }
  }

  @Test
  void originsAreAskedForASignOfLifeAndOneThatHangsHoldsNobodyLongNorMoreThanOneThread()
      throws Exception {
    Path data = top.resolve("data");
    try (IoServer server = IoServer.start(node, data);
        IoClient client = new IoClient(data)) {
      assertTrue(Files.exists(server.socket()));
      client.probe(origin + "/", "show", Deadline.after(Duration.ofSeconds(9)));
      assertEquals(List.of(), client.mounts());
      IoFailure.Unavailable away =
          assertThrows(
              IoFailure.Unavailable.class,
              () ->
                  client.probe(
                      top.resolve("away") + "/", "show", Deadline.after(Duration.ofSeconds(9))));
      assertTrue(away.getMessage().startsWith("There is no "), away.getMessage());
      CountDownLatch revived = new CountDownLatch(1);
      AtomicInteger asked = new AtomicInteger();
      OriginProbes probes =
          new OriginProbes(
              (tree, project) -> {
                asked.incrementAndGet();
                try {
                  revived.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                return origins.open(tree, project);
              });
      for (int i = 0; i < 3; i++) {
        assertThrows(
            IoFailure.TimedOut.class,
            () -> probes.probe(origin + "/", "show", Deadline.after(Duration.ofMillis(50))));
      }
      assertEquals(1, asked.get());
      revived.countDown();
      probes.probe(origin + "/", "show", Deadline.after(Duration.ofSeconds(9)));
    }
  }

  @Test
  void aTreeLargerThanTheCachesCeilingIsRefusedInOneSentenceAndLeavesNothingPinned()
      throws Exception {
    node.close();
    LocalOrigins mine = new LocalOrigins();
    node =
        IoNode.open(
            top.resolve("small"), CacheSettings.of(top.resolve("tiny"), 1 << 20, 16 << 20), mine);
    for (int i = 0; i < 4; i++) {
      write("large" + i, 400_000);
    }
    IoFailure.Disk full = assertThrows(IoFailure.Disk.class, () -> stage(node, request("s1")));
    assertTrue(full.getMessage().contains("raise the ceiling or stage less"), full.getMessage());
    node.unstage("s1");
    assertFalse(Files.exists(session.resolve("show")));
    assertEquals(2, stage(node, request("s2", "large0", "large1")).filesDone());
    assertStaged("large0", "large1");
  }

  @Test
  void damageOfAStagedFileIsToldToWhoeverHoldsAStageOfItAlsoByAnEarlierProcess() throws Exception {
    Path data = top.resolve("data");
    try (IoClient client = new IoClient(data)) {
      Path second = other();
      try (IoServer server = IoServer.start(node, data)) {
        stage(client, request("s1"));
        stage(client, new StageRequest("s2", "show", second.toString(), request("s2").trees()));
        stage(
            client,
            new StageRequest("s3", "show", third().toString(), request("s3", "empty").trees()));
        DamagedStages none = client.awaitDamage(0, Deadline.after(Duration.ofSeconds(9)));
        assertEquals(Map.of(), none.sentences());
        assertEquals(
            none, client.awaitDamage(none.version(), Deadline.after(Duration.ofMillis(9))));
        CompletableFuture<DamagedStages> news =
            CompletableFuture.supplyAsync(
                () -> client.awaitDamage(none.version(), Deadline.after(Duration.ofSeconds(9))));
        flip(session.resolve("show/textures/wood.png"));
        node.blocks().scrub();
        assertTrue(news.get().version() != none.version());
        DamagedStages told = client.awaitDamage(none.version(), Deadline.after(Duration.ZERO));
        assertEquals(Set.of("s1", "s2"), told.sentences().keySet());
        assertTrue(told.sentences().get("s1").contains("wood.png"), told.toString());
        client.unstage("s1");
        assertEquals(
            Set.of("s2"),
            client.awaitDamage(0, Deadline.after(Duration.ofSeconds(9))).sentences().keySet());
        stage(client, request("s4"));
        assertStaged("scene.blend", "textures/wood.png");
        client.unstage("s4");
        assertTrue(Files.exists(server.socket()));
      }
      node.close();
      node = start();
      try (IoServer server = IoServer.start(node, data)) {
        flip(second.resolve("show/scene.blend"));
        node.blocks().scrub();
        DamagedStages told = client.awaitDamage(0, Deadline.after(Duration.ofSeconds(9)));
        assertEquals(Set.of("s2"), told.sentences().keySet(), "known by its inode");
        assertTrue(told.sentences().get("s2").contains("scene.blend"), told.toString());
        assertTrue(Files.exists(server.socket()));
      }
    }
  }

  private static void flip(Path staged) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(staged.toFile(), "rw")) {
      file.seek(1000);
      int old = file.read();
      file.seek(1000);
      file.write(old ^ 4);
    }
  }

  private Path third() throws IOException {
    return Files.createDirectories(top.resolve("third"));
  }

  private Path other() throws IOException {
    return Files.createDirectories(top.resolve("other"));
  }

  private static long count(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.count();
    }
  }
}
