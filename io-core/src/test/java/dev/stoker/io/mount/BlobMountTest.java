package dev.stoker.io.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoSettings;
import dev.stoker.io.daemon.MountRequest;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpBody;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.source.blob.BlobAccount;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.AzuriteServer;
import dev.stoker.io.testing.FuseAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A container as a mount. */
@Timeout(90)
class BlobMountTest {
  @TempDir Path top;
  private AzuriteServer azurite;
  private HttpTransport transport;
  private BlobAccount account;
  private IoNode node;
  private Path mount;

  @BeforeEach
  void open() throws IOException {
    FuseAccess.require();
    azurite = AzuriteServer.start(List.of("--inMemoryPersistence"));
    transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
    BlobSettings settings = BlobSettings.fromEnvironment(azurite.environment());
    account =
        new BlobAccounts(settings, transport)
            .accountOf((BlobUri) AssetUri.parse(azurite.uri("show")));
    send(account.call("PUT", "show", AssetPath.ROOT, "restype=container"));
    mount = Files.createDirectory(top.resolve("mnt"));
    node =
        IoNode.open(
            new IoSettings(
                top.resolve("data"),
                List.of(new CacheSettings.Disk(top.resolve("cache"), 128 << 20)),
                64 << 20,
                settings));
  }

  @AfterEach
  void close() {
    if (node != null) {
      node.close();
    }
    if (transport != null) {
      transport.close();
    }
    if (azurite != null) {
      azurite.close();
    }
  }

  private void send(dev.stoker.io.net.HttpCall call) {
    HttpAnswer answer = account.send(call, Deadline.after(Duration.ofSeconds(10))).join();
    assertEquals(2, answer.status() / 100, answer.text());
  }

  private byte[] put(String name, int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    send(
        account
            .call("PUT", "show", new AssetPath("x"), "")
            .with("x-ms-blob-type", "BlockBlob")
            .with(new HttpBody(ByteBuffer.wrap(content)))
            .withTarget("/devstoreaccount1/show/" + dev.stoker.io.asset.Percent.encodePath(name)));
    return content;
  }

  @Test
  void aContainerHasItsFoldersMarkersAndBytes() throws IOException {
    byte[] scene = put("scene.blend", 5_000_003);
    byte[] wood = put("tex/a b&c<é>.exr", 70_000);
    put("tex/deep/er/x", 1);
    put("empty/", 0);
    put("both", 3);
    put("both/inside", 4);
    node.mount(
        MountRequest.of(azurite.uri("show"), mount.toString(), 0, 0),
        Deadline.after(Duration.ofSeconds(30)));
    try (Stream<Path> all = Files.walk(mount)) {
      assertEquals(
          List.of(
              "",
              "both",
              "both/inside",
              "empty",
              "scene.blend",
              "tex",
              "tex/a b&c<é>.exr",
              "tex/deep",
              "tex/deep/er",
              "tex/deep/er/x"),
          all.map(path -> mount.relativize(path).toString()).sorted().toList());
    }
    assertArrayEquals(scene, Files.readAllBytes(mount.resolve("scene.blend")));
    assertArrayEquals(wood, Files.readAllBytes(mount.resolve("tex/a b&c<é>.exr")));
    assertThrows(NoSuchFileException.class, () -> Files.size(mount.resolve("tex/none.exr")));
  }
}
