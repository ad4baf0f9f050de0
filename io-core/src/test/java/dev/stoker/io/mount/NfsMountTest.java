package dev.stoker.io.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoSettings;
import dev.stoker.io.daemon.MountRequest;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.GaneshaCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An NFS export as a mount that needs no NFS client in the kernel. */
@Timeout(90)
class NfsMountTest {
  private static final int LARGE = 20_000_003;

  @TempDir Path top;
  private GaneshaCluster cluster;
  private IoNode node;
  private Path mount;

  @BeforeEach
  void open() throws IOException {
    FuseAccess.require();
    cluster = GaneshaCluster.start(2);
    mount = Files.createDirectory(top.resolve("mnt"));
    write("show/scene.blend", LARGE);
    write("show/tex/wood.exr", 70_000);
    write("show/tex/old/stone.png", 10);
    Files.createSymbolicLink(at("show/tex/latest.exr"), Path.of("wood.exr"));
    Files.createSymbolicLink(at("show/out"), Path.of("/etc"));
    node =
        IoNode.open(
            new IoSettings(
                top.resolve("data"),
                List.of(new CacheSettings.Disk(top.resolve("cache"), 128 << 20)),
                64 << 20,
                BlobSettings.fromEnvironment(Map.of())));
  }

  @AfterEach
  void close() {
    if (node != null) {
      node.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private Path at(String name) {
    return cluster.root().resolve(name);
  }

  private byte[] write(String name, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    Files.createDirectories(at(name).getParent());
    Files.write(at(name), content);
    return content;
  }

  private void mount(String uri) {
    node.mount(
        MountRequest.of(uri, mount.toString(), 0, 0), Deadline.after(Duration.ofSeconds(30)));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.walk(mount)) {
      return all.filter(path -> !path.equals(mount))
          .map(path -> mount.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void anExportHasItsNamesLinksAndBytes() throws IOException {
    mount(cluster.nfs("show/"));
    assertEquals(
        List.of(
            "scene.blend", "tex", "tex/latest.exr", "tex/old", "tex/old/stone.png", "tex/wood.exr"),
        names());
    for (String name : List.of("scene.blend", "tex/wood.exr", "tex/old/stone.png")) {
      assertArrayEquals(
          Files.readAllBytes(at("show/" + name)), Files.readAllBytes(mount.resolve(name)), name);
    }
    assertArrayEquals(
        Files.readAllBytes(at("show/tex/wood.exr")),
        Files.readAllBytes(mount.resolve("tex/latest.exr")));
    assertThrows(NoSuchFileException.class, () -> Files.size(mount.resolve("out/passwd")));
    assertThrows(NoSuchFileException.class, () -> Files.size(mount.resolve("gone.exr")));
  }

  @Test
  void whoReadsFromAClusterReadsOnWhileOneOfItsServersDies() throws IOException {
    byte[] content = Files.readAllBytes(at("show/scene.blend"));
    mount(cluster.avere("show/"));
    byte[] got = new byte[LARGE];
    try (RandomAccessFile file = new RandomAccessFile(mount.resolve("scene.blend").toFile(), "r")) {
      file.readFully(got, 0, LARGE / 4);
      cluster.kill(0);
      long start = System.nanoTime();
      file.readFully(got, LARGE / 4, LARGE - LARGE / 4);
      assertTrue(System.nanoTime() - start < 20_000_000_000L);
    }
    assertTrue(Arrays.equals(content, got));
    assertEquals(10, Files.size(mount.resolve("tex/old/stone.png")));
  }
}
