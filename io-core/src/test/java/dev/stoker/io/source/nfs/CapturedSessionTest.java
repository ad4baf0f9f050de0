package dev.stoker.io.source.nfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.publish.Fence;
import dev.stoker.io.publish.OutputFile;
import dev.stoker.io.publish.OutputManifest;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.publish.PublishOptions;
import dev.stoker.io.publish.Publishers;
import dev.stoker.io.publish.StagedOutput;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.GaneshaCluster;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What we send, judged by somebody else's dissector. */
@Timeout(120)
class CapturedSessionTest {
  /** NFS, by number, that reading and publishing must have used. */
  private static final List<Integer> USED = List.of(1, 2, 3, 6, 7, 8, 9, 12, 13, 15, 17, 19, 21);

  @TempDir private Path temp;

  @Test
  void tsharkDecodesASessionWithoutAMalformedPacket() throws Exception {
    boolean there = Files.isExecutable(Path.of("/usr/bin/tshark"));
    if (!there && "true".equals(System.getenv("CI"))) {
      fail("tshark is missing, and CI=true allows no skip.");
    }
    assumeTrue(there, "needs tshark");
    try (GaneshaCluster cluster = GaneshaCluster.start(1)) {
      Path capture = temp.resolve("session.pcap");
      String filter = "host " + cluster.address(0);
      Process tshark =
          new ProcessBuilder("tshark", "-i", "lo", "-f", filter, "-w", capture.toString())
              .redirectErrorStream(true)
              .start();
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(tshark.getInputStream(), StandardCharsets.UTF_8))) {
        String line = said.readLine();
        while (line != null && !line.contains("Capturing on")) {
          line = said.readLine();
        }
        assertTrue(line != null, "tshark does not capture");
        awaitCapturing(capture, cluster);
        session(cluster);
        awaitCaptured(capture, cluster);
      } finally {
        tshark.destroy();
        assertTrue(tshark.waitFor(20, TimeUnit.SECONDS));
      }
      assertEquals(List.of(), decode(capture, cluster, "_ws.malformed", "frame.number"));
      Set<Integer> procedures = new TreeSet<>();
      decode(capture, cluster, "nfs && rpc.msgtyp == 0", "nfs.procedure_v3")
          .forEach(
              numbers ->
                  Arrays.stream(numbers.split(","))
                      .map(String::strip)
                      .filter(number -> !number.isEmpty())
                      .map(Integer::valueOf)
                      .forEach(procedures::add));
      assertTrue(procedures.containsAll(USED), "of " + USED + " only " + procedures);
      assertTrue(!decode(capture, cluster, "mount", "frame.number").isEmpty(), "MOUNT as well");
    }
  }

  /** tshark says so a little before it does. */
  private static void awaitCapturing(Path capture, GaneshaCluster cluster) throws Exception {
    long end = System.nanoTime() + 20_000_000_000L;
    while (decode(capture, cluster, "tcp", "frame.number").isEmpty()) {
      assertTrue(System.nanoTime() < end, "tshark captures nothing");
      new Socket(cluster.address(0), cluster.nfsPort()).close();
    }
  }

  /** The last packet may still be on its way to the file. */
  private static void awaitCaptured(Path capture, GaneshaCluster cluster) throws Exception {
    long end = System.nanoTime() + 20_000_000_000L;
    while (System.nanoTime() < end) {
      if (!decode(capture, cluster, "nfs.procedure_v3 == 13", "frame.number").isEmpty()) {
        return;
      }
    }
  }

  private static List<String> decode(
      Path capture, GaneshaCluster cluster, String filter, String field) throws Exception {
    List<String> command = new ArrayList<>(List.of("tshark", "-r", capture.toString()));
    for (int port : new int[] {cluster.nfsPort(), cluster.mountPort()}) {
      command.addAll(List.of("-d", "tcp.port==" + port + ",rpc"));
    }
    command.addAll(List.of("-Y", filter, "-T", "fields", "-e", field));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return lines;
  }

  private void session(GaneshaCluster cluster) throws Exception {
    Files.write(cluster.root().resolve("f"), new byte[100_000]);
    Deadline soon = Deadline.after(Duration.ofMinutes(1));
    try (HttpTransport transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()))) {
      BlobSettings settings = BlobSettings.fromEnvironment(Map.of());
      AssetSource source = new Sources(transport, settings).open(AssetUri.parse(cluster.nfs("")));
      AssetInfo info = source.stat(new AssetPath("f"), soon);
      source
          .read(info, info.wholeRange(), ByteBuffer.allocateDirect(100_000), soon)
          .get(60, TimeUnit.SECONDS);
      source.list(AssetPath.ROOT, soon, each -> {});
      try (OutputPublisher publisher =
          Publishers.open(new BlobAccounts(settings, transport), PublishOptions.defaults())) {
        Fence fence = new Fence("task", 1);
        Path frame = Files.write(temp.resolve("frame"), new byte[70_001]);
        StagedOutput staged =
            publisher.stage(
                OutputFile.of(frame), AssetUri.parse(cluster.nfs("out/frame")), fence, soon);
        publisher.carryOut(new OutputManifest(fence, List.of(staged)), soon);
      }
    }
  }
}
