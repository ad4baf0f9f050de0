package dev.stoker.io.source;

import static dev.stoker.io.source.Origins.list;
import static dev.stoker.io.source.Origins.readAll;
import static dev.stoker.io.source.Origins.soon;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.NginxServer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One tree, seen as files and through a web server: both must tell the same. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpAndFileSourceTest {
  private final HttpTransport transport =
      new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
  private final Sources sources = new Sources(transport, BlobSettings.fromEnvironment(Map.of()));
  private final NginxServer nginx = NginxServer.start();
  private final byte[] content = new byte[1_000_000];
  private Path root;

  @BeforeEach
  void tree() throws Exception {
    new Random(4).nextBytes(content);
    root = Files.createTempDirectory(nginx.root(), "t");
    Files.createDirectories(root.resolve("sub dir/deep"));
    Files.write(root.resolve("a&b é%41.exr"), content);
    Files.write(root.resolve("sub dir/deep/x"), new byte[0]);
  }

  @AfterAll
  void stop() {
    transport.close();
    nginx.close();
  }

  private AssetSource http() {
    return sources.open(AssetUri.parse(nginx.url() + "/" + root.getFileName() + "/"));
  }

  private AssetSource file() {
    return sources.open(AssetUri.parse(root.toString()));
  }

  @Test
  void bothListAndReadTheSame() throws Exception {
    for (AssetSource source : new AssetSource[] {http(), file()}) {
      Map<String, AssetInfo> all = list(source, "");
      assertEquals(Set.of("a&b é%41.exr", "sub dir/deep/x"), all.keySet());
      assertArrayEquals(content, readAll(source, all.get("a&b é%41.exr")));
      assertEquals(0, all.get("sub dir/deep/x").lengthBytes());
      assertEquals(Set.of("sub dir/deep/x"), list(source, "sub dir").keySet());
      assertEquals(Set.of("sub dir/deep/x"), list(source, "sub dir/deep/x").keySet());
      assertEquals(
          all.get("a&b é%41.exr").version(),
          source.stat(new AssetPath("a&b é%41.exr"), soon()).version());
      assertThrows(IoFailure.NotFound.class, () -> source.stat(new AssetPath("none"), soon()));
      assertThrows(IoFailure.NotFound.class, () -> source.stat(new AssetPath("sub dir"), soon()));
      assertThrows(IoFailure.NotFound.class, () -> list(source, "none"));
    }
  }

  @Test
  void neitherReadsAnotherVersion() throws Exception {
    for (AssetSource source : new AssetSource[] {http(), file()}) {
      Path file = root.resolve("v");
      Files.write(file, new byte[100]);
      Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000)));
      AssetInfo pinned = source.stat(new AssetPath("v"), soon());
      Files.write(file, new byte[101]);
      ByteBuffer into = ByteBuffer.allocateDirect(100);
      Throwable failure =
          assertThrows(
                  CompletionException.class,
                  () -> source.read(pinned, new ByteRange(0, 100), into, soon()).join())
              .getCause();
      assertInstanceOf(IoFailure.Changed.class, failure);
    }
  }

  @Test
  void bothGiveASignOfLifeUnlessTheyAreNotThere() {
    for (AssetSource source : new AssetSource[] {http(), file()}) {
      source.ping(soon());
    }
    sources.open(AssetUri.parse(nginx.url() + "/no/such/tree/")).ping(soon());
    AssetSource unmounted = sources.open(AssetUri.parse(root.resolve("not-mounted") + "/"));
    assertEquals(
        "There is no "
            + root.resolve("not-mounted")
            + " on this machine; mount what belongs there.",
        assertThrows(IoFailure.Unavailable.class, () -> unmounted.ping(soon())).getMessage());
    AssetSource nobody = sources.open(AssetUri.parse("http://127.0.0.1:1/"));
    assertThrows(IoFailure.Unavailable.class, () -> nobody.ping(soon()));
  }

  @Test
  void linksLeadNowhereOutsideTheTree(@TempDir Path outside) throws Exception {
    Files.write(outside.resolve("secret"), new byte[] {1});
    Files.createSymbolicLink(root.resolve("file-link"), outside.resolve("secret"));
    Files.createSymbolicLink(root.resolve("folder-link"), outside);
    Files.createSymbolicLink(root.resolve("inner-link"), root.resolve("a&b é%41.exr"));
    Files.createSymbolicLink(root.resolve("dangling"), root.resolve("nothing"));
    AssetSource source = file();
    assertEquals(Set.of("a&b é%41.exr", "inner-link", "sub dir/deep/x"), list(source, "").keySet());
    assertThrows(IoFailure.NotFound.class, () -> source.stat(new AssetPath("file-link"), soon()));
  }
}
