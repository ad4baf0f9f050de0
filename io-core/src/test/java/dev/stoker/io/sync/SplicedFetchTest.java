package dev.stoker.io.sync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeSink;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.FaultServer;
import dev.stoker.io.testing.GaneshaCluster;
import dev.stoker.io.testing.NfsProxy;
import dev.stoker.io.testing.NginxServer;
import dev.stoker.io.testing.OriginFault;
import dev.stoker.io.testing.SmallDisk;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files whose bytes go from the socket into their place without coming into memory. */
@Timeout(120)
final class SplicedFetchTest {
  private static final String TAG = "\"v1\"";

  private final HttpTransport transport =
      new HttpTransport(
          TransportOptions.fromEnvironment(Map.of()).withRpcTimeout(Duration.ofSeconds(5)));
  private final Sources sources = new Sources(transport, BlobSettings.fromEnvironment(Map.of()));
  private final FetchEngine engine =
      new FetchEngine(sources::open, FetchOptions.defaults(), new Metrics());

  @TempDir private Path temp;

  @AfterEach
  void stop() {
    engine.close();
    transport.close();
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private TreeFetch fetch() {
    return new TreeFetch(engine, sources::open, TreeFetch.Options.DEFAULT);
  }

  private static TreeFetch.Progress copy(TreeFetch fetch, String uri, Path target, long seconds) {
    return fetch.copy(
        List.of(AssetUri.parse(uri)), target, Deadline.after(Duration.ofSeconds(seconds)));
  }

  @Test
  void aLargeFileOfARangeServerPassesMemoryBy() throws Exception {
    byte[] content = random(24_000_123, 1);
    try (NginxServer nginx = NginxServer.start()) {
      Files.write(nginx.root().resolve("big"), content);
      TreeFetch fetch = fetch();
      TreeFetch.Progress end = copy(fetch, nginx.url() + "/big", temp.resolve("big"), 60);
      assertEquals(List.of(), end.failures());
      assertEquals(content.length, end.bytesDone());
      assertTrue(fetch.bytesSpliced() > content.length / 2, fetch.bytesSpliced() + " spliced");
      assertArrayEquals(content, Files.readAllBytes(temp.resolve("big")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFaultyOriginGivesTheRightFileOrANamedError(OriginFault fault) throws Exception {
    byte[] content = random(6_000_001, 2);
    Set<Long> struck = ConcurrentHashMap.newKeySet();
    boolean hangs = fault.named == IoFailure.TimedOut.class;
    try (FaultServer server =
        FaultServer.start(
            (request, peer) -> {
              boolean asksForRange = !request.header("Range").isEmpty();
              boolean strikes = fault.named != null || struck.add(request.rangeStart());
              if (asksForRange && strikes) {
                fault.play(request, peer, content, TAG);
              } else {
                peer.sendRange(request, content, TAG);
              }
            })) {
      Path target = temp.resolve("f");
      TreeFetch.Progress end = copy(fetch(), server.url() + "/f", target, hangs ? 2 : 60);
      if (fault.named == null) {
        assertEquals(List.of(), end.failures());
        assertArrayEquals(content, Files.readAllBytes(target));
      } else {
        assertEquals(fault.named, end.failures().getFirst().getClass(), end::toString);
        assertFalse(Files.exists(target));
      }
    }
  }

  @Test
  void aFullDiskIsToldWithItsFile() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("disk"));
    try (NginxServer nginx = NginxServer.start();
        SmallDisk _ = SmallDisk.mount(folder, 4)) {
      byte[] content = random(24_000_000, 3);
      Files.write(nginx.root().resolve("big"), content);
      TreeFetch.Progress end = copy(fetch(), nginx.url() + "/big", folder.resolve("big"), 60);
      assertEquals(IoFailure.Disk.class, end.failures().getFirst().getClass(), end::toString);
      String told = end.failures().getFirst().getMessage();
      assertTrue(told.contains(folder + "/big"), told);
      assertFalse(Files.exists(folder.resolve("big")));
      // The connections that were in the middle of it do no harm to others.
      TreeFetch.Progress next = copy(fetch(), nginx.url() + "/big", temp.resolve("big"), 60);
      assertEquals(List.of(), next.failures());
      assertArrayEquals(content, Files.readAllBytes(temp.resolve("big")));
    }
  }

  @Test
  void whoJoinsLateGetsAllOfIt() throws Exception {
    byte[] content = random(8_000_000, 4);
    CountDownLatch half = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Set<Long> held = ConcurrentHashMap.newKeySet();
    try (FaultServer server =
        FaultServer.start(
            (request, peer) -> {
              if (!held.add(request.rangeStart())) {
                peer.sendRange(request, content, TAG);
                return;
              }
              int start = (int) request.rangeStart();
              int end = (int) request.rangeEnd(content.length);
              int middle = (start + end) / 2;
              peer.send(
                  "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\nETag: %s\r\n"
                          .formatted(start, end - 1, content.length, TAG)
                      + "Content-Length: %d\r\n\r\n".formatted(end - start));
              peer.send(Arrays.copyOfRange(content, start, middle));
              half.countDown();
              goOn.await();
              peer.send(Arrays.copyOfRange(content, middle, end));
            })) {
      PinnedAsset asset =
          new PinnedAsset(
              AssetUri.parse(server.url() + "/"),
              new AssetInfo(
                  new AssetPath("f"),
                  new AssetVersion.ETag(TAG),
                  content.length,
                  Instant.EPOCH,
                  null));
      Path part = temp.resolve("part");
      try (PartFile file = PartFile.open(part, false, false, new WriteWay())) {
        CompletableFuture<Void> first = fetch(asset, new Spliced(file));
        assertTrue(half.await(20, TimeUnit.SECONDS));
        byte[] got = new byte[content.length];
        CompletableFuture<Void> late =
            fetch(asset, (offset, data) -> data.get(got, (int) offset, data.remaining()));
        goOn.countDown();
        first.get(60, TimeUnit.SECONDS);
        late.get(60, TimeUnit.SECONDS);
        assertArrayEquals(content, got);
      }
      assertArrayEquals(content, Files.readAllBytes(part));
    }
  }

  private CompletableFuture<Void> fetch(PinnedAsset asset, RangeSink sink) {
    return engine.fetch(
        asset,
        new ByteRange(0, asset.info().lengthBytes()),
        Priority.PREFETCH,
        Deadline.after(Duration.ofSeconds(60)),
        sink);
  }

  private record Spliced(PartFile file) implements RangeSink {
    @Override
    public boolean isQuick() {
      return true;
    }

    @Override
    public void accept(long offset, ByteBuffer data) {
      file.write(offset, data);
    }

    @Override
    public Splice splice() {
      return file.splice();
    }
  }

  @Test
  void aLargeFileOfNfsServersPassesMemoryBy() throws Exception {
    byte[] content = random(64_000_123, 5);
    try (GaneshaCluster cluster = GaneshaCluster.start(2)) {
      Files.write(cluster.root().resolve("big"), content);
      TreeFetch fetch = fetch();
      TreeFetch.Progress end = copy(fetch, cluster.avere("big"), temp.resolve("big"), 60);
      assertEquals(List.of(), end.failures());
      assertTrue(fetch.bytesSpliced() > content.length / 2, fetch.bytesSpliced() + " spliced");
      assertArrayEquals(content, Files.readAllBytes(temp.resolve("big")));
    }
  }

  @Test
  void fragmentsAndRefusalsOfAnNfsServerLeaveTheRightFile() throws Exception {
    byte[] content = random(9_000_001, 6);
    Random fates = new Random(7);
    try (GaneshaCluster cluster = GaneshaCluster.start(1);
        NfsProxy proxy = NfsProxy.before(cluster, 0)) {
      Files.write(cluster.root().resolve("big"), content);
      proxy.fragments(5_003);
      proxy.script(
          procedure ->
              procedure == NfsProxy.READ && fates.nextInt(4) == 0
                  ? new NfsProxy.Refuse(NfsProxy.JUKEBOX)
                  : NfsProxy.PASS);
      TreeFetch.Progress end = copy(fetch(), proxy.uri(cluster, "big"), temp.resolve("big"), 60);
      assertEquals(List.of(), end.failures());
      assertArrayEquals(content, Files.readAllBytes(temp.resolve("big")));
    }
  }
}
