package dev.stoker.io.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.mount.RootUse;
import dev.stoker.io.prefetch.AccessTrace;
import dev.stoker.io.prefetch.TraceForm;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.stage.DamagedStages;
import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions' folders in the node's mount, over a real kernel and a real server. */
@Timeout(90)
class SessionRootsTest {
  private static final int LARGE = 90 << 20;
  private static final int USER = 12_345;

  @TempDir Path top;
  private NginxServer nginx;
  private IoNode node;

  @BeforeEach
  void open() throws IOException {
    FuseAccess.require();
    nginx = NginxServer.start();
    write("scene.blend", 300_000);
    write("tex/wood.exr", 70_000);
    node = node("one");
  }

  @AfterEach
  void close() {
    if (node != null) {
      node.close();
    }
    if (nginx != null) {
      nginx.close();
    }
  }

  private IoNode node(String name) {
    return IoNode.open(
        new IoSettings(
                top.resolve(name),
                List.of(new CacheSettings.Disk(top.resolve(name + "-cache"), 256 << 20)),
                64 << 20,
                BlobSettings.fromEnvironment(Map.of()))
            .withMount(top.resolve(name).resolve("mount")));
  }

  private byte[] write(String name, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(name.hashCode() + bytes).nextBytes(content);
    Path file = nginx.root().resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return content;
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private Path root(String id, String... declared) {
    return root(node, id, null, declared);
  }

  private Path root(IoNode of, String id, String trace, String... declared) {
    return Path.of(
        of.openRoot(
            new RootRequest(
                id,
                "",
                USER,
                USER,
                List.of(
                    new RootRequest.Location("show", nginx.url() + "/", List.of(declared)),
                    new RootRequest.Location("tex", nginx.url() + "/tex/", List.of())),
                trace),
            soon(),
            progress -> {}));
  }

  private static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, what);
      Thread.sleep(10); // polls; bounded above
    }
  }

  @Test
  void aSessionHasItsLocationsToItselfUntilItIsTakenAway() throws IOException {
    Path root = root("s-1", "scene.blend");
    assertEquals(top.resolve("one/mount/s-1").toRealPath(), root);
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root)));
    assertEquals(USER, Files.getAttribute(root, "unix:uid"));
    assertArrayEquals(
        Files.readAllBytes(nginx.root().resolve("scene.blend")),
        Files.readAllBytes(root.resolve("show/scene.blend")));
    assertEquals(70_000, Files.size(root.resolve("show/tex/wood.exr")), "not declared, but there");
    assertEquals(70_000, Files.readAllBytes(root.resolve("tex/wood.exr")).length);
    assertEquals(List.of(), node.unstage("s-1"));
    assertFalse(Files.exists(root));
    assertThrows(IoFailure.NotFound.class, () -> node.rootReport("s-1"));
  }

  @Test
  void aDeclaredFileThatIsNotThereIsNamedBeforeAnythingStarts() {
    IoFailure missing =
        assertThrows(IoFailure.NotFound.class, () -> root("s-1", "scene.blend", "gone.exr"));
    assertTrue(missing.getMessage().contains("gone.exr"), missing.getMessage());
  }

  @Test
  void aSessionKeepsToTheVersionThatItMetAndAnErrorComesBeforeAnotherOne() throws IOException {
    byte[] before = Files.readAllBytes(nginx.root().resolve("tex/wood.exr"));
    Path root = root("s-1");
    assertEquals(70_000, Files.size(root.resolve("tex/wood.exr")));
    write("tex/wood.exr", 80_000);
    Path other = root("s-2");
    assertEquals(80_000, Files.readAllBytes(other.resolve("tex/wood.exr")).length);
    assertEquals(70_000, Files.size(root.resolve("tex/wood.exr")));
    try {
      assertArrayEquals(before, Files.readAllBytes(root.resolve("tex/wood.exr")));
    } catch (IOException e) {
      assertTrue(e.getMessage().contains("rror"), e.getMessage());
    }
  }

  @Test
  void namesThatAreMissingAreToldByTaskAndLookedForAnewInTheNext() throws IOException {
    Path root = root("s-1");
    node.nextTask("s-1");
    assertThrows(NoSuchFileException.class, () -> Files.size(root.resolve("show/tex/stone.exr")));
    assertThrows(NoSuchFileException.class, () -> Files.size(root.resolve("show/lib/a.blend")));
    assertEquals(70_000, Files.readAllBytes(root.resolve("show/tex/wood.exr")).length);
    RootUse use = node.rootReport("s-1").use();
    assertEquals(List.of("show/tex/stone.exr", "show/lib"), use.missing());
    assertEquals(List.of("show/tex/wood.exr"), use.opened());

    write("tex/stone.exr", 10);
    node.nextTask("s-1");
    assertEquals(10, Files.size(root.resolve("show/tex/stone.exr")));
    assertThrows(NoSuchFileException.class, () -> Files.size(root.resolve("show/lib/a.blend")));
    assertEquals(List.of("show/lib"), node.rootReport("s-1").use().missing());
  }

  @Test
  void aTraceTellsWhatWasReadAndAnotherNodeBringsThatBeforeAnybodyAsks() throws Exception {
    write("lib/forest.blend", LARGE);
    Path root = root("s-1", "scene.blend");
    Files.readAllBytes(root.resolve("show/scene.blend"));
    try (RandomAccessFile file =
        new RandomAccessFile(root.resolve("show/lib/forest.blend").toFile(), "r")) {
      byte[] part = new byte[100_000];
      for (long at : new long[] {70 << 20, 10 << 20, 40 << 20}) {
        file.seek(at);
        file.readFully(part);
      }
    }
    RootReport report = node.rootReport("s-1");
    assertNotNull(report.trace());
    AccessTrace trace = TraceForm.unpack(report.trace());
    assertTrue(trace.whole());
    assertEquals(
        List.of("scene.blend", "lib/forest.blend"),
        trace.files().stream().map(AccessTrace.UsedFile::path).toList());
    assertTrue(
        trace.touches().stream().anyMatch(touch -> touch.file() == 1 && touch.grain() == 70 << 4),
        trace.touches().toString());
    RootUse.Share library = report.use().shares().getFirst();
    assertEquals("show/lib/forest.blend", library.name());
    assertTrue(library.presentBytes() < LARGE / 4, library.toString());

    try (IoNode second = node("two")) {
      Path there = root(second, "s-2", report.trace(), "scene.blend");
      until(
          "the traced parts come by themselves",
          () -> second.cache().originBytes() >= 300_000 + 3 * 100_000);
      long brought = second.cache().originBytes();
      assertTrue(brought < LARGE / 4, "brought " + brought);
      try (RandomAccessFile file =
          new RandomAccessFile(there.resolve("show/lib/forest.blend").toFile(), "r")) {
        file.seek(70 << 20);
        file.readFully(new byte[100_000]);
      }
    }
  }

  @Test
  void whenAFileThatTheKernelReadsRotsTheSessionsThatOpenedItAreTold() throws Exception {
    assumeTrue(node.mountState().works());
    Path holder = root("s-1", "scene.blend");
    Path bystander = root("s-2", "scene.blend");
    Path scene = holder.resolve("show/scene.blend");
    until(
        "the kernel gets the file",
        () -> {
          try {
            Files.readAllBytes(scene);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          return node.rootReport("s-1").use().shares().getFirst().passed();
        });
    Files.readAllBytes(bystander.resolve("show/tex/wood.exr"));
    try (RandomAccessFile open = new RandomAccessFile(scene.toFile(), "r")) {
      assertTrue(open.read() >= 0);
      DamagedStages none = node.awaitDamage(-1, soon());
      assertEquals(Map.of(), none.sentences());
      rot(300_000);
      node.blocks().scrub();
      DamagedStages told = node.awaitDamage(none.version(), soon());
      assertEquals(Set.of("s-1"), told.sentences().keySet());
      assertTrue(told.sentences().get("s-1").contains("scene.blend"), told.toString());
    }
    assertArrayEquals(
        Files.readAllBytes(nginx.root().resolve("scene.blend")),
        Files.readAllBytes(root("s-3").resolve("show/scene.blend")),
        "whoever opens it next gets it anew");
    assertEquals(List.of(), node.unstage("s-1"));
    assertEquals(Map.of(), node.awaitDamage(-1, soon()).sentences());
  }

  /** Flips a bit of the cached file of that length. */
  private void rot(long bytes) throws IOException {
    try (Stream<Path> all = Files.walk(top.resolve("one-cache"))) {
      for (Path data : all.filter(path -> path.toString().endsWith(".data")).toList()) {
        if (Files.size(data) == bytes) {
          try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
            file.seek(bytes / 2);
            int was = file.read();
            file.seek(bytes / 2);
            file.write(was ^ 8);
          }
          return;
        }
      }
    }
    throw new AssertionError("no cached file has " + bytes + " bytes");
  }

  @Test
  void anotherProcessAsksBySocketAndAMountThatWasLeftBehindIsMountedAnew() throws Exception {
    MountState before = node.mountState();
    try (IoServer server = IoServer.start(node, top.resolve("one"));
        IoClient client = new IoClient(top.resolve("one"))) {
      assertTrue(Files.exists(server.socket()));
      assertEquals(before, client.mountState());
      String root =
          client.openRoot(
              new RootRequest(
                  "s-9",
                  "",
                  0,
                  0,
                  List.of(new RootRequest.Location("show", nginx.url() + "/", List.of(""))),
                  "no trace at all"),
              soon(),
              progress -> {});
      assertEquals(300_000, Files.size(Path.of(root, "show/scene.blend")));
      client.nextTask("s-9");
      assertEquals(List.of(), client.rootReport("s-9").use().missing());
      client.unstage("s-9");
    }
    node.close();
    node = node("one");
    assertTrue(node.mountState().works(), node.mountState().problem());
    assertFalse(before.instance() == node.mountState().instance());
    // Whoever looks whether the node is well looks there, too; statfs is answered without a wait.
    assertEquals(List.of(node.mountState().folder()), node.mounts());
    assertTrue(Files.getFileStore(Path.of(node.mountState().folder())).getTotalSpace() >= 0);
  }
}
