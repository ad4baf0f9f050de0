package dev.stoker.io.mount.scratch;

import static dev.stoker.io.mount.scratch.ScratchMountTest.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.net.HttpBody;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.publish.blob.BlobCondition;
import dev.stoker.io.publish.blob.BlobHeaders;
import dev.stoker.io.publish.blob.BlobMarks;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.AzuriteServer;
import dev.stoker.io.testing.FuseAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A tree of blobs that people write to, on a real server. */
@Timeout(3600)
class ScratchBlobTest {
  @TempDir Path top;
  private AzuriteServer azurite;
  private HttpTransport transport;
  private BlobWriter blobs;
  private String uri;

  @BeforeEach
  void start() {
    FuseAccess.require();
    azurite = AzuriteServer.start();
    uri = azurite.uri("scratch");
    transport = new HttpTransport(TransportOptions.fromEnvironment(java.util.Map.of()));
    blobs =
        new BlobWriter(
            new BlobAccounts(BlobSettings.fromEnvironment(azurite.environment()), transport),
            new Random(1));
    blobs.createContainer((BlobUri) AssetUri.parse(uri), soon());
  }

  @AfterEach
  void stop() {
    if (transport != null) {
      transport.close();
    }
    if (azurite != null) {
      azurite.close();
    }
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  private BlobUri blob(String name) {
    return (BlobUri) AssetUri.parse(uri).resolve(new AssetPath(name));
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    blobs.list(blob("x"), "", soon(), each -> names.add(each.name()));
    return names;
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  @Test
  void blobsAreWrittenRenamedAndRemovedAsFilesAre() throws IOException {
    try (MountedHere mount = MountedHere.of(top, uri)) {
      Files.createDirectories(mount.file("shots/s1"));
      Files.write(mount.file("shots/s1/large"), bytes(9_000_000));
      Files.writeString(mount.file("shots/s1/small"), "small");
      sync(mount.file("shots/s1/large"));
      sync(mount.file("shots/s1/small"));
      assertEquals(List.of("shots", "shots/s1", "shots/s1/large", "shots/s1/small"), names());
      Files.move(mount.file("shots/s1"), mount.file("shots/s2"));
      assertEquals(List.of("shots", "shots/s2", "shots/s2/large", "shots/s2/small"), names());
      assertArrayEquals(bytes(9_000_000), Files.readAllBytes(mount.file("shots/s2/large")));
      Files.move(mount.file("shots/s2/large"), mount.file("large"));
      Files.delete(mount.file("shots/s2/small"));
      assertEquals(List.of("large", "shots", "shots/s2"), names());
      Files.delete(mount.file("shots/s2"));
      assertEquals(List.of("large", "shots"), names());
      FileSystemException refused =
          assertThrows(
              FileSystemException.class,
              () -> Files.createSymbolicLink(mount.file("link"), Path.of("large")));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("not permitted"), refused.toString());
    }
  }

  @Test
  void aBlobThatSomebodyElseWroteIsNotReplaced() throws IOException {
    try (MountedHere mount = MountedHere.of(top, uri)) {
      Files.writeString(mount.file("a"), "ours");
      sync(mount.file("a"));
      blobs.put(
          blob("a"),
          new HttpBody(ByteBuffer.wrap("theirs".getBytes(java.nio.charset.StandardCharsets.UTF_8))),
          new BlobHeaders("text/plain", BlobMarks.NONE),
          new BlobCondition.Always(),
          soon());
      Files.writeString(mount.file("a"), "ours again");
      assertThrows(IOException.class, () -> sync(mount.file("a")));
      assertEquals("ours again", Files.readString(mount.file("a")));
      Files.delete(mount.file("a"));
      await("theirs comes into sight", () -> Files.exists(mount.file("a")));
      assertEquals("theirs", Files.readString(mount.file("a")));
    }
  }

  @Test
  void anOriginThatIsAwayForAWhileGetsEverythingOnceItIsBack() throws IOException {
    ScratchMount.Settings settings = ScratchMount.Settings.quick(top).withTimeout(3_000);
    try (MountedHere mount = MountedHere.of(top, uri, settings.withUnmount(1_000))) {
      Files.writeString(mount.file("before"), "before");
      sync(mount.file("before"));
      azurite.stop();
      Files.write(mount.file("meanwhile"), bytes(2_000_000));
      IOException refused = assertThrows(IOException.class, () -> sync(mount.file("meanwhile")));
      assertFalse(String.valueOf(refused.getMessage()).contains("Stale"), refused.toString());
      assertEquals("before", Files.readString(mount.file("before")));
      azurite.restart();
      await("stored once it is back", () -> names().equals(List.of("before", "meanwhile")));
      sync(mount.file("meanwhile"));
      azurite.stop();
      Files.writeString(mount.file("last"), "last");
      String left = mount.end();
      assertTrue(left.contains("1 stay in the spool") && left.contains("last: "), left);
    }
    azurite.restart();
    try (MountedHere mount = MountedHere.of(top, uri)) {
      await("stored by the next mount", () -> names().contains("last"));
      assertArrayEquals(bytes(2_000_000), Files.readAllBytes(mount.file("meanwhile")));
      assertEquals("last", Files.readString(mount.file("last")));
    }
  }

  @Test
  @Tag("nightly")
  void aTreeOfBlobsBehavesAsExt4AndIsStored() throws IOException {
    Path trusted = Files.createDirectory(top.resolve("trusted"));
    long seed = Long.getLong("stoker.seed", System.nanoTime());
    int operations = Integer.getInteger("stoker.operations", 3_000);
    System.out.printf("fsx blob: %d operations (-Dstoker.seed=%d)%n", operations, seed);
    try (ScratchMount mount = ScratchMount.of(top, uri);
        FsxDriver driver = new FsxDriver(mount.folder(), trusted, new Random(seed))) {
      driver.run(operations);
      assertEquals("stored", mount.end());
      try (ScratchMount again = ScratchMount.of(top, uri)) {
        driver.requireSame(again.folder(), false);
      }
    }
  }
}
