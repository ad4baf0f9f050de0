package dev.stoker.io.publish;

import static dev.stoker.io.publish.BlobFixture.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpBody;
import dev.stoker.io.publish.blob.BlobCondition;
import dev.stoker.io.publish.blob.BlobHeaders;
import dev.stoker.io.publish.blob.BlobMarks;
import dev.stoker.io.publish.blob.BlobState;
import dev.stoker.io.publish.blob.BlockBuffers;
import dev.stoker.io.publish.blob.Xxh64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

final class BlobOutputsTest {
  private static final Fence FIRST = new Fence("j1-7", 1);
  private static final Fence SECOND = new Fence("j1-7", 2);
  private static BlobFixture blobs;
  private static int containers;

  @TempDir Path spool;
  private BlobUri container;
  private OutputPublisher publisher;

  @BeforeAll
  static void start() {
    blobs = BlobFixture.start();
  }

  @AfterAll
  static void stop() {
    blobs.close();
  }

  @BeforeEach
  void open(TestInfo test) {
    container = blobs.newContainer("frames" + containers++);
    publisher = Publishers.open(blobs.accounts, PublishOptions.defaults());
  }

  @AfterEach
  void close() {
    publisher.close();
  }

  @Test
  void nothingIsVisibleBeforeTheCarryOutAndAllOfItAfter() throws IOException {
    byte[] large = new byte[(20 << 20) + 17];
    new Random(7).nextBytes(large);
    List<String> names =
        List.of("a b/50% #1?&+=.exr", "empty.txt", "large.png", "one byte", "ü/日本.exr");
    OutputManifest manifest =
        new OutputManifest(
            FIRST,
            List.of(
                stage(FIRST, names.get(0), "a frame".getBytes(UTF_8)),
                stage(FIRST, names.get(1), new byte[0]),
                stage(FIRST, names.get(2), large),
                stage(FIRST, names.get(3), new byte[1]),
                stage(FIRST, names.get(4), "ein Bild".getBytes(UTF_8))));
    assertEquals(List.of(), blobs.names(container));
    assertEquals(3, manifest.outputs().get(2).blockIds().size());
    publisher.carryOut(manifest, soon());
    assertEquals(names, blobs.names(container));
    assertArrayEquals(large, content("large.png"));
    assertArrayEquals(new byte[0], content("empty.txt"));
    assertArrayEquals(new byte[1], content("one byte"));
    assertEquals("a frame", new String(content(names.get(0)), UTF_8));
    assertEquals("ein Bild", new String(content(names.get(4)), UTF_8));
  }

  @Test
  void carryingOutTwiceIsCarryingOutOnce() throws IOException {
    OutputManifest manifest =
        new OutputManifest(FIRST, List.of(stage(FIRST, "f.exr", "one".getBytes(UTF_8))));
    publisher.carryOut(manifest, soon());
    BlobState once = state("f.exr");
    publisher.carryOut(manifest, soon());
    assertEquals(once, state("f.exr"));
    assertEquals("j1-7-1", once.marks().fence());
    assertEquals(manifest.outputs().getFirst().checksum(), once.marks().checksum());
  }

  @Test
  void ofTwoAttemptsOnOneBlobTheSecondToCommitIsFenced() throws IOException {
    OutputManifest first =
        new OutputManifest(FIRST, List.of(stage(FIRST, "f.exr", "one".getBytes(UTF_8))));
    OutputManifest second =
        new OutputManifest(SECOND, List.of(stage(SECOND, "f.exr", "two".getBytes(UTF_8))));
    publisher.carryOut(second, soon());
    assertThrows(IoFailure.Fenced.class, () -> publisher.carryOut(first, soon()));
    assertEquals("two", new String(content("f.exr"), UTF_8));
  }

  @Test
  void theServiceItselfFencesACommitWhoseLookCameBeforeTheOthers() throws IOException {
    BlobOutputs store = new BlobOutputs(blobs.writer, new BlockBuffers(2), new Random());
    for (String earlier : new String[] {null, "earlier"}) {
      String name = "g" + (earlier == null ? "" : earlier);
      if (earlier != null) {
        put(name, earlier);
      }
      StagedOutput first = stage(FIRST, name, "one".getBytes(UTF_8));
      StagedOutput second = stage(SECOND, name, "two".getBytes(UTF_8));
      assertEquals(OutputStore.State.STAGED, store.inspect(first, FIRST, soon()));
      assertEquals(OutputStore.State.STAGED, store.inspect(second, SECOND, soon()));
      store.place(second, SECOND, soon());
      assertThrows(IoFailure.Fenced.class, () -> store.place(first, FIRST, soon()));
      // Even told that it may replace the winner, it has no blocks left to do so.
      StagedOutput bold =
          new StagedOutput(
              first.destination(),
              first.lengthBytes(),
              first.checksum(),
              first.blockIds(),
              null,
              state(name).etag());
      IoFailure.Fenced e =
          assertThrows(IoFailure.Fenced.class, () -> store.place(bold, FIRST, soon()));
      assertTrue(e.getMessage().contains("InvalidBlockList"), e.getMessage());
      assertEquals("two", new String(content(name), UTF_8));
    }
  }

  @Test
  void aDestinationThatExistsIsReplacedIfItIsStillTheSame() throws IOException {
    put("f.exr", "earlier");
    OutputManifest manifest =
        new OutputManifest(FIRST, List.of(stage(FIRST, "f.exr", "mine".getBytes(UTF_8))));
    assertEquals("earlier", new String(content("f.exr"), UTF_8));
    publisher.carryOut(manifest, soon());
    assertEquals("mine", new String(content("f.exr"), UTF_8));
  }

  @Test
  void aManifestWhoseLastConditionFailsShowsNothing() throws IOException {
    put("old.exr", "earlier");
    OutputManifest manifest =
        new OutputManifest(
            FIRST,
            List.of(
                stage(FIRST, "new.exr", "new".getBytes(UTF_8)),
                stage(FIRST, "old.exr", "mine".getBytes(UTF_8))));
    put("old.exr", "somebody else's");
    IoFailure.Fenced e =
        assertThrows(IoFailure.Fenced.class, () -> publisher.carryOut(manifest, soon()));
    assertTrue(e.getMessage().contains("old.exr"), e.getMessage());
    assertEquals(List.of("old.exr"), blobs.names(container));
    assertEquals("somebody else's", new String(content("old.exr"), UTF_8));
  }

  @Test
  void aFileOfManyBlocksPassesThroughABoundedMemory() throws IOException {
    // 300 MB of holes with a few bytes between, through two buffers of 8 MiB.
    Path file = spool.resolve("large.exr");
    long length = 300_000_101;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < length; at += 10_000_000) {
        channel.write(ByteBuffer.wrap(("at " + at).getBytes(UTF_8)), at);
      }
      channel.write(ByteBuffer.wrap(new byte[] {1}), length - 1);
    }
    try (OutputPublisher small =
        Publishers.open(blobs.accounts, new PublishOptions(List.of(), 1, 2))) {
      StagedOutput staged =
          small.stage(OutputFile.of(file), destination("large.exr"), FIRST, soon());
      assertEquals(36, staged.blockIds().size());
      small.carryOut(new OutputManifest(FIRST, List.of(staged)), soon());
      Xxh64 checksum = new Xxh64();
      checksum.update(ByteBuffer.wrap(content("large.exr")));
      assertEquals(staged.checksum(), checksum.text());
      assertEquals(length, state("large.exr").lengthBytes());
    }
  }

  @Test
  void aManifestCannotListBlocksOfAnotherAttempt() throws IOException {
    StagedOutput first = stage(FIRST, "f.exr", "one".getBytes(UTF_8));
    IoFailure e =
        assertThrows(
            IoFailure.Invalid.class,
            () -> publisher.carryOut(new OutputManifest(SECOND, List.of(first)), soon()));
    assertTrue(e.getMessage().contains("another attempt"), e.getMessage());
  }

  @Test
  void aMissingContainerIsNamed() throws IOException {
    Path file = Files.write(spool.resolve("f"), new byte[3]);
    AssetUri nowhere = AssetUri.parse(blobs.azurite.uri("no-such-container") + "f.exr");
    IoFailure e =
        assertThrows(
            IoFailure.NotFound.class,
            () -> publisher.stage(OutputFile.of(file), nowhere, FIRST, soon()));
    assertTrue(e.getMessage().contains("'no-such-container'"), e.getMessage());
  }

  @Test
  void aDeadAccountFailsByTheDeadlineWithItsName() throws IOException {
    Path file = Files.write(spool.resolve("f"), new byte[3]);
    AssetUri dead = AssetUri.parse("blob+http://127.0.0.1:1/devstoreaccount1/frames/f.exr");
    long start = System.nanoTime();
    IoFailure e =
        assertThrows(
            IoFailure.class,
            () ->
                publisher.stage(
                    OutputFile.of(file), dead, FIRST, Deadline.after(Duration.ofSeconds(1))));
    assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 5);
    assertTrue(e.getMessage().contains("127.0.0.1:1"), e.getMessage());
  }

  private StagedOutput stage(Fence fence, String name, byte[] content) throws IOException {
    Path file = Files.write(spool.resolve("rendered"), content);
    return publisher.stage(OutputFile.of(file), destination(name), fence, soon());
  }

  private void put(String name, String content) {
    blobs.writer.put(
        destination(name),
        new HttpBody(ByteBuffer.wrap(content.getBytes(UTF_8))),
        new BlobHeaders(ContentTypes.UNKNOWN, BlobMarks.NONE),
        new BlobCondition.Always(),
        soon());
  }

  private byte[] content(String name) {
    return blobs.content(destination(name));
  }

  private BlobState state(String name) {
    BlobState state = blobs.writer.state(destination(name), soon());
    assertNotNull(state);
    return state;
  }

  private BlobUri destination(String name) {
    return container.resolve(new AssetPath(name));
  }
}
