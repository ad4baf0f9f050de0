package dev.stoker.io.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoSettings;
import dev.stoker.io.daemon.MountRequest;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mounted tree as programs see it, over a real kernel and a real server. */
@Timeout(90)
class AssetMountTest {
  private static final int LARGE = 9_000_001;
  private static final String NFC = "caf\u00e9.txt";
  private static final String NFD = "cafe\u0301.txt";

  @TempDir Path top;
  private NginxServer nginx;
  private IoNode node;
  private Path mount;

  @BeforeEach
  void open() throws IOException {
    FuseAccess.require();
    nginx = NginxServer.start();
    write("scene.blend", LARGE);
    write("textures/wood.exr", 70_000);
    write("textures/old/stone.png", 10);
    write("empty", 0);
    write("textures/" + NFD, 5);
    mount = Files.createDirectory(top.resolve("mnt"));
    node = node();
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

  private IoNode node() {
    return IoNode.open(
        new IoSettings(
            top.resolve("data"),
            List.of(new CacheSettings.Disk(top.resolve("cache"), 64 << 20)),
            64 << 20,
            BlobSettings.fromEnvironment(Map.of())));
  }

  private byte[] write(String name, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(name.hashCode()).nextBytes(content);
    Path file = nginx.root().resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return content;
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private MountRequest request() {
    return MountRequest.of(nginx.url() + "/", mount.toString(), 0, 0);
  }

  private void mount() {
    assertEquals(mount.toString(), node.mount(request(), soon()));
  }

  private byte[] original(String name) throws IOException {
    return Files.readAllBytes(nginx.root().resolve(name));
  }

  @Test
  void aTreeIsThereWithNamesSizesAndBytes() throws IOException {
    mount();
    try (Stream<Path> all = Files.walk(mount)) {
      assertEquals(
          List.of(
              "",
              "empty",
              "scene.blend",
              "textures",
              "textures/" + NFD,
              "textures/old",
              "textures/old/stone.png",
              "textures/wood.exr"),
          all.map(path -> mount.relativize(path).toString()).sorted().toList());
    }
    for (String name : List.of("scene.blend", "textures/wood.exr", "textures/old/stone.png")) {
      assertArrayEquals(original(name), Files.readAllBytes(mount.resolve(name)), name);
      assertEquals(
          Files.getLastModifiedTime(nginx.root().resolve(name)).toMillis() / 1000,
          Files.getLastModifiedTime(mount.resolve(name)).toMillis() / 1000);
    }
    assertEquals(0, Files.readAllBytes(mount.resolve("empty")).length);
    assertThrows(NoSuchFileException.class, () -> Files.size(mount.resolve("gone.exr")));
    assertThrows(NoSuchFileException.class, () -> Files.size(mount.resolve("textures/gone")));
  }

  @Test
  void aNameIsFoundInEitherUnicodeForm() throws IOException {
    mount();
    byte[] expected = original("textures/" + NFD);
    assertArrayEquals(expected, Files.readAllBytes(mount.resolve("textures/" + NFD)));
    assertArrayEquals(expected, Files.readAllBytes(mount.resolve("textures/" + NFC)));
  }

  @Test
  void nothingCanBeWritten() {
    mount();
    FileSystemException refused =
        assertThrows(
            FileSystemException.class, () -> Files.write(mount.resolve("new"), new byte[1]));
    assertTrue(
        refused instanceof AccessDeniedException
            || refused.getMessage().contains("Read-only file system"),
        refused.getMessage());
    assertThrows(FileSystemException.class, () -> Files.delete(mount.resolve("empty")));
  }

  @Test
  void aSmallReadOfALargeFileBringsLittleOfItAndTheAttributesSaySo() throws IOException {
    mount();
    Path file = mount.resolve("scene.blend");
    byte[] part = new byte[1000];
    try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "r")) {
      random.seek(5_000_000);
      random.readFully(part);
    }
    assertArrayEquals(
        java.util.Arrays.copyOfRange(original("scene.blend"), 5_000_000, 5_001_000), part);
    double cached = Double.parseDouble(attribute(file, "cached"));
    assertTrue(cached > 0 && cached < 0.1, "cached " + cached);
    assertEquals(nginx.url() + "/scene.blend", attribute(file, "uri"));
    assertFalse(attribute(file, "version").isEmpty());
    Files.readAllBytes(file);
    assertEquals("1.0000", attribute(file, "cached"));
  }

  private static String attribute(Path file, String name) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    java.nio.ByteBuffer value = java.nio.ByteBuffer.allocate(200);
    view.read("stoker." + name, value);
    return StandardCharsets.UTF_8.decode(value.flip()).toString();
  }

  @Test
  void aMappedFileHasItsBytesToo() throws Exception {
    mount();
    CRC32 expected = new CRC32();
    expected.update(original("scene.blend"));
    Process reader =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                MappedReader.class.getName(),
                mount.resolve("scene.blend").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(reader.waitFor(20, TimeUnit.SECONDS));
    assertEquals(Long.toString(expected.getValue()), said.strip());
  }

  @Test
  void itEndsWhenSomebodyUnmountsItAndCanBeMountedAgain() throws Exception {
    mount();
    assertFalse(node.awaitUnmount(mount.toString(), Deadline.after(Duration.ofMillis(50))));
    Process umount = new ProcessBuilder("umount", mount.toString()).inheritIO().start();
    assertTrue(umount.waitFor(10, TimeUnit.SECONDS));
    assertTrue(node.awaitUnmount(mount.toString(), soon()));
    assertFalse(node.unmount(mount.toString()));
    mount();
    assertEquals(10, Files.size(mount.resolve("textures/old/stone.png")));
    assertTrue(node.unmount(mount.toString()));
    assertFalse(Files.exists(mount.resolve("textures")));
  }

  @Test
  void whoHasAFileOpenWhenItIsUnmountedGetsAnErrorAndDoesNotHang() throws IOException {
    mount();
    try (RandomAccessFile file = new RandomAccessFile(mount.resolve("scene.blend").toFile(), "r")) {
      assertEquals(1, file.read(new byte[1]));
      node.close();
      assertThrows(
          IOException.class,
          () -> {
            file.seek(8_000_000);
            file.readFully(new byte[100_000]);
          });
    }
    node = null;
  }

  @Test
  void anOriginThatIsGoneIsAnErrorWithinTheDeadline() throws IOException {
    MountRequest usual = request();
    node.mount(
        new MountRequest(
            "",
            usual.uri(),
            usual.folder(),
            false,
            false,
            0,
            0,
            0444,
            0555,
            60_000,
            0,
            128,
            1_500,
            2,
            true,
            null),
        soon());
    byte[] start = new byte[100];
    try (RandomAccessFile file = new RandomAccessFile(mount.resolve("scene.blend").toFile(), "r")) {
      file.readFully(start);
      nginx.close();
      nginx = null;
      long before = System.nanoTime();
      file.seek(6_000_000);
      IOException failed = assertThrows(IOException.class, () -> file.read(new byte[10]));
      assertTrue(System.nanoTime() - before < 8_000_000_000L, failed.toString());
      file.seek(0);
      assertEquals(100, file.read(new byte[100]), "what is here is still read");
    }
  }

  @Test
  void aTreeThatIsNotThereIsNotMounted() {
    MountRequest usual = request();
    dev.stoker.io.asset.IoFailure missing =
        assertThrows(
            dev.stoker.io.asset.IoFailure.class,
            () ->
                node.mount(
                    MountRequest.of(usual.uri() + "nowhere/", usual.folder(), 0, 0), soon()));
    assertTrue(missing.getMessage().contains("nowhere"), missing.getMessage());
  }
}
