package dev.stoker.io.publish;

import static dev.stoker.io.publish.BlobFixture.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.testing.AnswerEater;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that took effect and whose answer never came. */
final class LostAnswerTest {
  private static final Fence FIRST = new Fence("j1-7", 1);
  private static BlobFixture blobs;

  @TempDir Path spool;

  @BeforeAll
  static void start() {
    blobs = BlobFixture.start();
  }

  @AfterAll
  static void stop() {
    blobs.close();
  }

  @Test
  void aCommitWhoseAnswerWasLostIsKnownAsOurOwnSuccess() throws IOException {
    BlobUri container = blobs.newContainer("lost-commit");
    try (AnswerEater proxy = new AnswerEater(blobs.azurite.port(), "comp=blocklist", 2);
        OutputPublisher publisher = Publishers.open(blobs.accounts, PublishOptions.defaults())) {
      StagedOutput fresh = stage(publisher, through(proxy, container, "new.exr"), new byte[1000]);
      StagedOutput empty = stage(publisher, through(proxy, container, "empty"), new byte[0]);
      publisher.carryOut(new OutputManifest(FIRST, List.of(fresh, empty)), soon());
      assertEquals(2, proxy.eaten());
      assertEquals(List.of("empty", "new.exr"), blobs.names(container));
    }
  }

  @Test
  void aReplacementWhoseAnswerWasLostIsKnownAsOurOwnSuccess() throws IOException {
    BlobUri container = blobs.newContainer("lost-replace");
    try (AnswerEater proxy = new AnswerEater(blobs.azurite.port(), "comp=blocklist", 2);
        OutputPublisher publisher = Publishers.open(blobs.accounts, PublishOptions.defaults())) {
      BlobUri destination = through(proxy, container, "f.exr");
      Fence earlier = new Fence("j0-1", 1);
      publisher.carryOut(
          new OutputManifest(
              earlier,
              List.of(
                  publisher.stage(spooled("old".getBytes(UTF_8)), destination, earlier, soon()))),
          soon());
      StagedOutput staged = stage(publisher, destination, "new".getBytes(UTF_8));
      publisher.carryOut(new OutputManifest(FIRST, List.of(staged)), soon());
      assertEquals(2, proxy.eaten());
      assertEquals("new", new String(blobs.content(destination), UTF_8));
    }
  }

  @Test
  void blocksWhoseAnswersWereLostAreSentAgain() throws IOException {
    BlobUri container = blobs.newContainer("lost-blocks");
    byte[] content = new byte[20 << 20];
    new Random(3).nextBytes(content);
    try (AnswerEater proxy = new AnswerEater(blobs.azurite.port(), "comp=block&", 3);
        OutputPublisher publisher = Publishers.open(blobs.accounts, PublishOptions.defaults())) {
      BlobUri destination = through(proxy, container, "f.exr");
      StagedOutput staged = stage(publisher, destination, content);
      publisher.carryOut(new OutputManifest(FIRST, List.of(staged)), soon());
      assertEquals(3, proxy.eaten());
      assertArrayEquals(content, blobs.content(destination));
    }
  }

  private StagedOutput stage(OutputPublisher publisher, AssetUri destination, byte[] content)
      throws IOException {
    return publisher.stage(spooled(content), destination, FIRST, soon());
  }

  private OutputFile spooled(byte[] content) throws IOException {
    return OutputFile.of(Files.write(spool.resolve("rendered"), content));
  }

  private static BlobUri through(AnswerEater proxy, BlobUri container, String name) {
    return new BlobUri(
        container.scheme(),
        "127.0.0.1:" + proxy.port(),
        container.account(),
        container.container(),
        new AssetPath(name),
        false,
        null,
        null);
  }
}
