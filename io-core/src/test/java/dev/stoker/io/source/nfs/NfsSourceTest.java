package dev.stoker.io.source.nfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.GaneshaCluster;
import dev.stoker.io.testing.NfsProxy;
import dev.stoker.io.testing.RingRead;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reading from real servers. */
class NfsSourceTest {
  private static GaneshaCluster cluster;
  private static HttpTransport transport;
  private static Sources sources;

  @BeforeAll
  static void start() {
    cluster = GaneshaCluster.start(2);
    transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
    sources = new Sources(transport, BlobSettings.fromEnvironment(Map.of()));
  }

  @AfterAll
  static void stop() {
    if (transport != null) {
      transport.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  private static Path folder(String name) throws Exception {
    return Files.createDirectories(cluster.root().resolve(name));
  }

  private static byte[] write(Path file, int length) throws Exception {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    Files.write(file, bytes);
    return bytes;
  }

  /** Other bytes at its end, where they are read last. */
  private static void change(Path file, int seed) {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(open.length() - 1);
      open.write(seed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] readAll(AssetSource source, AssetInfo info) throws Exception {
    ByteBuffer into = ByteBuffer.allocateDirect((int) info.lengthBytes() + 10).position(5);
    into.limit(into.position() + (int) info.lengthBytes());
    source.read(info, info.wholeRange(), into, soon()).get(25, TimeUnit.SECONDS);
    assertEquals(into.limit(), into.position());
    byte[] got = new byte[(int) info.lengthBytes()];
    into.position(5).get(got);
    assertEquals(0, into.clear().get(4), "written before the buffer's position");
    return got;
  }

  private static Map<String, AssetInfo> list(AssetSource source, String folder) {
    Map<String, AssetInfo> found = new TreeMap<>();
    source.list(AssetPath.of(folder), soon(), info -> found.put(info.path().value(), info));
    return found;
  }

  private static AssetSource open(String uri) {
    return sources.open(AssetUri.parse(uri));
  }

  @Test
  void filesOfEverySizeComeAsTheyAre() throws Exception {
    Path folder = folder("sizes");
    for (String uri : new String[] {cluster.nfs("sizes/"), cluster.avere("sizes/")}) {
      AssetSource source = open(uri);
      for (int length : new int[] {0, 1, 3, 4, 5, 4096, 1 << 20, (1 << 20) + 1, 9_876_543}) {
        byte[] bytes = write(folder.resolve("f" + length), length);
        AssetInfo info = source.stat(new AssetPath("f" + length), soon());
        assertEquals(length, info.lengthBytes());
        assertArrayEquals(bytes, readAll(source, info), uri + " " + length);
        byte[] streamed = RingRead.of(source, info, info.wholeRange(), 2 << 20, soon());
        assertArrayEquals(bytes, streamed, uri + " " + length + " through a ring");
      }
    }
  }

  @Test
  void namesWithSpacesLettersOfAllAlphabetsAnd255BytesAreNames() throws Exception {
    Path folder = folder("names/deep er/ünïcode 雪");
    String longest = "x".repeat(251) + ".exr";
    for (String name : new String[] {"a b", "é", "e\u0301", "%41", "a?b#c", longest}) {
      Files.writeString(folder.resolve(name), name);
    }
    AssetSource source = open(cluster.nfs("names/"));
    Map<String, AssetInfo> found = list(source, "");
    assertEquals(6, found.size(), found.keySet()::toString);
    for (Map.Entry<String, AssetInfo> each : found.entrySet()) {
      String name = each.getValue().path().name();
      assertEquals(name, new String(readAll(source, each.getValue()), StandardCharsets.UTF_8));
    }
  }

  @Test
  void oneLevelIsListedWithoutLookingBelow() throws Exception {
    write(folder("level").resolve("a.exr"), 7);
    Path below = folder("level/below/deeper");
    for (int i = 0; i < 50; i++) {
      write(below.resolve("f" + i), i);
    }
    Files.createSymbolicLink(cluster.root().resolve("level/link"), Path.of("below"));
    Files.createSymbolicLink(cluster.root().resolve("level/out"), Path.of("/etc"));
    try (NfsProxy proxy = NfsProxy.before(cluster, 0)) {
      AtomicInteger pages = new AtomicInteger();
      proxy.script(
          procedure -> {
            if (procedure == NfsProxy.READDIRPLUS) {
              pages.incrementAndGet();
            }
            return NfsProxy.PASS;
          });
      AssetSource source = open(proxy.uri(cluster, "level/"));
      Map<String, String> found = new TreeMap<>();
      source.listFolder(
          AssetPath.ROOT,
          soon(),
          item ->
              found.put(
                  item.name(),
                  item.folder() ? "folder" : String.valueOf(item.info().lengthBytes())));
      assertEquals(Map.of("a.exr", "7", "below", "folder", "link", "folder"), found);
      assertEquals(1, pages.get());
      assertThrows(
          IoFailure.NotFound.class,
          () -> source.listFolder(new AssetPath("a.exr"), soon(), item -> {}));
      assertThrows(
          IoFailure.NotFound.class,
          () -> source.listFolder(new AssetPath("none"), soon(), item -> {}));
      source.ping(soon());
      assertEquals(1, pages.get());
    }
  }

  @Test
  void holesAreZeros() throws Exception {
    Path file = folder("holes").resolve("sparse");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(5 << 20);
      sparse.seek(3 << 20);
      sparse.write(7);
    }
    AssetSource source = open(cluster.nfs("holes/"));
    byte[] got = readAll(source, source.stat(new AssetPath("sparse"), soon()));
    assertArrayEquals(Files.readAllBytes(file), got);
  }

  @Test
  void aChangedFileIsANamedErrorAndNeverAMix() throws Exception {
    Path file = folder("changing").resolve("f");
    write(file, 3 << 20);
    AssetSource source = open(cluster.nfs("changing/"));
    AssetInfo pinned = source.stat(new AssetPath("f"), soon());
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.write(1);
    }
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> readAll(source, pinned));
    assertEquals(IoFailure.Changed.class, thrown.getCause().getClass(), thrown.toString());
    assertTrue(thrown.getMessage().contains("changing/f"), thrown.getMessage());
  }

  @Test
  void ofAFileThatChangesWhileItIsReadNothingOfTheNewVersionIsHandedOn() throws Exception {
    Path file = folder("changing").resolve("g");
    byte[] bytes = write(file, 9 << 20);
    AssetSource source = open(cluster.avere("changing/"));
    AssetInfo pinned = source.stat(new AssetPath("g"), soon());
    ByteBuffer ring = ByteBuffer.allocateDirect(2 << 20);
    AtomicInteger seen = new AtomicInteger();
    ExecutionException thrown =
        assertThrows(
            ExecutionException.class,
            () ->
                source
                    .read(
                        pinned,
                        pinned.wholeRange(),
                        ring,
                        soon(),
                        told -> {
                          int from = seen.getAndSet(told);
                          byte[] got = new byte[told - from];
                          ring.get(from % ring.capacity(), got);
                          assertArrayEquals(Arrays.copyOfRange(bytes, from, told), got);
                          change(file, told >> 20);
                        })
                    .get(25, TimeUnit.SECONDS));
    assertEquals(IoFailure.Changed.class, thrown.getCause().getClass(), thrown.toString());
    assertTrue(seen.get() > 0 && seen.get() < 9 << 20, "told of " + seen);
  }

  @Test
  void aReplacedFileIsANamedErrorAndARenamedFolderIsNot() throws Exception {
    Path folder = folder("replacing/inner");
    byte[] bytes = write(folder.resolve("f"), 1000);
    AssetSource source = open(cluster.nfs("replacing/"));
    AssetInfo pinned = source.stat(new AssetPath("inner/f"), soon());
    write(folder.resolve("new"), 1000);
    FileTime time = Files.getLastModifiedTime(folder.resolve("f"));
    Files.setLastModifiedTime(folder.resolve("new"), time);
    Files.move(folder, folder.resolveSibling("moved"));
    assertArrayEquals(bytes, readAll(source, pinned), "its handle is as good as before");
    Files.move(folder.resolveSibling("moved"), folder);
    Files.delete(folder.resolve("f"));
    Files.move(folder.resolve("new"), folder.resolve("f"));
    AssetSource stranger =
        new Sources(transport, BlobSettings.fromEnvironment(Map.of()))
            .open(AssetUri.parse(cluster.nfs("replacing/")));
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> readAll(stranger, pinned));
    assertEquals(IoFailure.Changed.class, thrown.getCause().getClass(), thrown.toString());
  }

  @Test
  void aChangeOfCtimeAloneKeepsThePin() throws Exception {
    Path file = folder("linked").resolve("f");
    byte[] bytes = write(file, 100_000);
    AssetSource source = open(cluster.nfs("linked/"));
    AssetInfo pinned = source.stat(new AssetPath("f"), soon());
    Files.createLink(file.resolveSibling("another name"), file);
    AssetInfo now = source.stat(new AssetPath("f"), soon());
    assertTrue(!now.version().equals(pinned.version()), "its ctime moved");
    assertArrayEquals(bytes, readAll(source, pinned));
  }

  @Test
  void linksAreFollowedInsideTheExportOnly() throws Exception {
    Path folder = folder("links/tree/sub");
    byte[] bytes = write(folder.resolve("f"), 50);
    Path outside =
        Files.createTempFile(cluster.root().resolveSibling("export").getParent(), "s", "");
    Path tree = folder.getParent();
    Files.createSymbolicLink(tree.resolve("relative"), Path.of("sub/f"));
    Files.createSymbolicLink(tree.resolve("up"), Path.of("../tree/./sub"));
    Files.createSymbolicLink(tree.resolve("absolute"), Path.of("/exp/links/tree/sub/f"));
    Files.createSymbolicLink(tree.resolve("out"), Path.of("../../../" + outside.getFileName()));
    Files.createSymbolicLink(tree.resolve("etc"), Path.of("/etc/passwd"));
    Files.createSymbolicLink(tree.resolve("nowhere"), Path.of("missing"));
    Files.createSymbolicLink(tree.resolve("circle"), Path.of("circle"));
    Files.createSymbolicLink(folder.resolve("back"), Path.of("../../tree"));
    AssetSource source = open(cluster.nfs("links/tree/"));
    for (String name : new String[] {"relative", "up/f", "absolute", "sub/back/relative"}) {
      assertArrayEquals(bytes, readAll(source, source.stat(new AssetPath(name), soon())), name);
    }
    for (String name : new String[] {"out", "etc"}) {
      assertThrows(IoFailure.Denied.class, () -> source.stat(new AssetPath(name), soon()), name);
    }
    for (String name : new String[] {"nowhere", "circle", "missing", "sub", "relative/x"}) {
      assertThrows(IoFailure.NotFound.class, () -> source.stat(new AssetPath(name), soon()), name);
    }
    assertEquals("[absolute, relative, sub/f, up/f]", list(source, "").keySet().toString());
    Files.delete(outside);
  }

  @Test
  void aUriIsAFileATreeAnExportOrNothing() throws Exception {
    Path folder = folder("uris");
    byte[] bytes = write(folder.resolve("f"), 10);
    AssetSource file = open(cluster.nfs("uris/f"));
    assertArrayEquals(bytes, readAll(file, file.stat(AssetPath.ROOT, soon())));
    assertEquals(1, list(file, "").size());
    assertTrue(list(open(cluster.nfs("")), "").containsKey("uris/f"));
    assertTrue(
        list(open(cluster.nfs("uris/") + "&export=/exp"), "").containsKey("f"), "as it is told");
    AssetSource missing = open(cluster.nfs("none/"));
    assertThrows(IoFailure.NotFound.class, () -> list(missing, ""));
    AssetSource noExport = open(cluster.nfs("").replace("/exp/", "/nothing/"));
    IoFailure thrown =
        assertThrows(IoFailure.class, () -> noExport.stat(new AssetPath("f"), soon()));
    assertTrue(thrown.getMessage().contains("?export="), thrown.getMessage());
  }

  @Test
  void twentyThousandSmallFilesAreListedOnceEach() throws Exception {
    Path folder = folder("many");
    for (int i = 0; i < 20_000; i++) {
      Path sub = folder.resolve("s" + i % 7);
      if (i < 7) {
        Files.createDirectory(sub);
      }
      Files.write(sub.resolve("file-" + i), new byte[] {(byte) i});
    }
    long start = System.nanoTime();
    int[] told = {0};
    Map<String, AssetInfo> found = new TreeMap<>();
    AssetSource source = open(cluster.avere("many/"));
    source.list(
        AssetPath.ROOT,
        soon(),
        info -> {
          told[0]++;
          found.put(info.path().value(), info);
        });
    System.out.printf("listed 20,000 files in %d ms%n", (System.nanoTime() - start) / 1_000_000);
    assertEquals(20_000, told[0]);
    assertEquals(20_000, found.size());
    AssetInfo one = found.get("s3/file-10");
    assertEquals(Instant.class, one.modified().getClass());
    assertArrayEquals(new byte[] {10}, readAll(source, one));
  }
}
