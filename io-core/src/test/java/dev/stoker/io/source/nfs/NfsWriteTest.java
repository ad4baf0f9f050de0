package dev.stoker.io.source.nfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.publish.Fence;
import dev.stoker.io.publish.OutputFile;
import dev.stoker.io.publish.OutputManifest;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.publish.PublishOptions;
import dev.stoker.io.publish.Publishers;
import dev.stoker.io.publish.StagedOutput;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.sync.Overwrite;
import dev.stoker.io.sync.PushRequest;
import dev.stoker.io.sync.PushSummary;
import dev.stoker.io.sync.TreePush;
import dev.stoker.io.testing.GaneshaCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writing to real servers, by publish and push, and reading it back with libnfs. */
class NfsWriteTest {
  private static GaneshaCluster cluster;
  private static HttpTransport transport;
  private static BlobAccounts accounts;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    cluster = GaneshaCluster.start(2);
    transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
    accounts = new BlobAccounts(BlobSettings.fromEnvironment(Map.of()), transport);
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
    return Deadline.after(Duration.ofSeconds(30));
  }

  private Path file(String name, int length) throws IOException {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    Path file = temp.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private static PushSummary push(Path source, String uri, Overwrite overwrite) {
    PushRequest request = PushRequest.of(source, AssetUri.parse(uri)).withOverwrite(overwrite);
    return new TreePush(accounts).push(request, soon(), now -> {});
  }

  /** What libnfs, which shares no code with us, reads or says. */
  private static byte[] libnfs(String... command) throws Exception {
    Path log = Files.createTempFile("libnfs", "");
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(log.toFile())).start();
    byte[] out = process.getInputStream().readAllBytes();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), Files.readString(log));
    Files.delete(log);
    return out;
  }

  @Test
  void aPushedTreeIsReadBackTheSameThroughLibnfsAndUnchangedFilesAreLeftAlone() throws Exception {
    file("tree/a b.bin", 5_000_003);
    file("tree/sub/ünï.bin", 70_000);
    file("tree/sub/empty", 0);
    Path tree = temp.resolve("tree");
    String uri = cluster.avere("pushed/deep/");
    PushSummary first = push(tree, uri, Overwrite.CHANGED);
    assertEquals(3, first.filesSent(), first::toString);
    assertTrue(first.complete(), first::toString);
    for (String name : List.of("a b.bin", "sub/ünï.bin", "sub/empty")) {
      assertArrayEquals(
          Files.readAllBytes(tree.resolve(name)),
          libnfs("nfs-cat", cluster.libnfs(1, "pushed/deep/" + name)),
          name);
    }
    PushSummary second = push(tree, uri, Overwrite.CHANGED);
    assertEquals(3, second.filesUnchanged(), second::toString);
    PushSummary compared =
        new TreePush(accounts)
            .push(PushRequest.of(tree, AssetUri.parse(uri)).verifying(), soon(), now -> {});
    assertTrue(compared.complete(), compared::toString);
    Files.write(cluster.root().resolve("pushed/deep/sub/ünï.bin"), new byte[70_000]);
    file("tree/new", 10);
    PushSummary differs =
        new TreePush(accounts)
            .push(PushRequest.of(tree, AssetUri.parse(uri)).verifying(), soon(), now -> {});
    assertEquals(List.of("sub/ünï.bin"), differs.different());
    assertEquals(List.of("new"), differs.missing());
    PushSummary kept = push(tree, uri, Overwrite.NEVER);
    assertEquals(3, kept.filesKept(), kept::toString);
    assertEquals(1, kept.filesSent(), kept::toString);
    try (var left = Files.walk(cluster.root().resolve("pushed"))) {
      assertTrue(left.noneMatch(path -> path.toString().contains(".stoker-part")));
    }
  }

  @Test
  void aFileThatLibnfsWroteIsReadTheSame() throws Exception {
    Path file = file("theirs", 3_333_333);
    libnfs("nfs-cp", file.toString(), cluster.libnfs(0, "theirs"));
    PushSummary compared =
        new TreePush(accounts)
            .push(
                PushRequest.of(file, AssetUri.parse(cluster.nfs(1, "theirs"))).verifying(),
                soon(),
                now -> {});
    assertTrue(compared.complete(), compared::toString);
  }

  @Test
  void onlyTheGrantedAttemptBecomesVisibleAndEarlierOnesFindNothing() throws Exception {
    try (OutputPublisher publisher = Publishers.open(accounts, PublishOptions.defaults())) {
      AssetUri destination = AssetUri.parse(cluster.avere("out/new folder/frame.exr"));
      Fence first = new Fence("task", 1);
      Fence second = new Fence("task", 2);
      StagedOutput old =
          publisher.stage(OutputFile.of(file("old", 1000)), destination, first, soon());
      Path frame = file("frame", 2_000_001);
      StagedOutput staged = publisher.stage(OutputFile.of(frame), destination, second, soon());
      Path out = cluster.root().resolve("out/new folder/frame.exr");
      assertTrue(!Files.exists(out), "not visible before its grant");
      OutputManifest manifest = new OutputManifest(second, List.of(staged));
      publisher.carryOut(manifest, soon());
      assertArrayEquals(Files.readAllBytes(frame), Files.readAllBytes(out));
      publisher.carryOut(manifest, soon());
      assertThrows(
          IoFailure.Fenced.class,
          () -> publisher.carryOut(new OutputManifest(first, List.of(old)), soon()));
      assertArrayEquals(Files.readAllBytes(frame), Files.readAllBytes(out));
      StagedOutput again =
          publisher.stage(
              OutputFile.of(file("again", 77)), destination, new Fence("task", 3), soon());
      publisher.carryOut(new OutputManifest(new Fence("task", 3), List.of(again)), soon());
      assertEquals(77, Files.size(out), "a later attempt replaces what it saw");
      try (var left = Files.list(out.getParent())) {
        assertEquals(1, left.count(), "nothing of the staging is left");
      }
      assertThrows(
          IoFailure.Denied.class,
          () ->
              publisher.stage(
                  OutputFile.of(frame),
                  AssetUri.parse(cluster.nfs("out/new folder")),
                  new Fence("other", 1),
                  soon()));
    }
  }

  /** Writes 5 GiB of disk: {@code ./stoker test … -Dstoker.test.excluded=}. */
  @Test
  @Tag("nightly")
  void aFileOfFiveGibibytesIsPushedAndReadBackTheSame() throws Exception {
    Path large = temp.resolve("large");
    long length = (5L << 30) + 12_345;
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength(length);
      for (long at : new long[] {0, (2L << 30) - 1, (4L << 30) - 2, length - 4}) {
        sparse.seek(at);
        sparse.writeInt(0x01020304);
      }
    }
    String uri = cluster.avere("large");
    Deadline patient = Deadline.after(Duration.ofMinutes(10));
    PushRequest request = PushRequest.of(large, AssetUri.parse(uri));
    PushSummary pushed = new TreePush(accounts).push(request, patient, now -> {});
    assertEquals(length, pushed.bytesSent(), pushed::toString);
    assertEquals(-1, Files.mismatch(large, cluster.root().resolve("large")));
    PushSummary compared = new TreePush(accounts).push(request.verifying(), patient, now -> {});
    assertTrue(compared.complete(), compared::toString);
  }
}
