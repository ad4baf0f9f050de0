package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.FaultServer;
import dev.stoker.io.testing.Leaks;
import dev.stoker.io.testing.OriginFault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An origin that fails in every way it can, at the engine's own door. Readers get the right bytes
 * or a named error within their deadline; no buffer is lost. The whole path is suite F4.
 */
final class OriginFaultsTest {
  private static final String TAG = "\"v1\"";
  private static final int LENGTH = 700_000;

  @BeforeAll
  static void watchLeaks() {
    Leaks.watch();
  }

  private static final class Read {
    final byte[] got;
    final long offset;
    final CompletableFuture<Void> future;

    Read(byte[] got, long offset, CompletableFuture<Void> future) {
      this.got = got;
      this.offset = offset;
      this.future = future;
    }
  }

  /** Sixteen readers of different parts, two deadlines long at most. */
  private static List<Read> readers(FetchEngine engine, FaultServer server, Duration deadline) {
    AssetInfo info =
        new AssetInfo(new AssetPath("f"), new AssetVersion.ETag(TAG), LENGTH, Instant.EPOCH, null);
    PinnedAsset asset = new PinnedAsset(AssetUri.parse(server.url() + "/"), info);
    List<Read> reads = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      byte[] got = new byte[40_000];
      long offset = i * 41_000L;
      CompletableFuture<Void> future =
          engine.fetch(
              asset,
              new ByteRange(offset, got.length),
              i % 2 == 0 ? Priority.DEMAND : Priority.PREFETCH,
              Deadline.after(deadline),
              (at, data) -> data.get(got, (int) (at - offset), data.remaining()));
      reads.add(new Read(got, offset, future));
    }
    return reads;
  }

  private static byte[] content() {
    byte[] content = new byte[LENGTH];
    new Random(9).nextBytes(content);
    return content;
  }

  @ParameterizedTest
  @EnumSource
  void readersGetRightBytesOrANamedErrorInTime(OriginFault fault) throws Exception {
    byte[] content = content();
    boolean stays = fault.named != null;
    Set<Long> struck = ConcurrentHashMap.newKeySet();
    try (FaultServer server =
            FaultServer.start(
                (request, peer) -> {
                  // A passing fault strikes each range once.
                  boolean now = stays || struck.add(request.rangeStart());
                  if (now) {
                    fault.play(request, peer, content, TAG);
                  } else {
                    peer.sendRange(request, content, TAG);
                  }
                });
        HttpTransport transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
        FetchEngine engine =
            new FetchEngine(
                new Sources(transport, BlobSettings.fromEnvironment(Map.of()))::open,
                FetchOptions.defaults(),
                new Metrics())) {
      long start = System.nanoTime();
      boolean hangs = fault.named == IoFailure.TimedOut.class; // the others answer at once
      Duration deadline = hangs ? Duration.ofMillis(700) : Duration.ofSeconds(20);
      for (Read read : readers(engine, server, deadline)) {
        try {
          read.future.get(30, TimeUnit.SECONDS);
          assertTrue(!stays, "a reader was content with " + fault);
          assertEquals(
              0,
              Arrays.compare(
                  read.got,
                  Arrays.copyOfRange(
                      content, (int) read.offset, (int) read.offset + read.got.length)));
        } catch (ExecutionException | CompletionException e) {
          if (!stays) {
            fail(fault + " passes, but a reader heard", e);
          }
          assertEquals(fault.named, e.getCause().getClass(), e.getCause().getMessage());
          assertTrue(e.getCause().getMessage().contains(server.url()), e.getCause().getMessage());
        }
      }
      assertTrue(System.nanoTime() - start < deadline.plusSeconds(3).toNanos());
    }
  }

  @Test
  void whoJoinsARequestLateIsNotHeldToTheDeadlineOfWhoSentIt() throws Exception {
    byte[] content = content();
    CountDownLatch asked = new CountDownLatch(1);
    try (FaultServer server =
            FaultServer.start(
                (request, peer) -> {
                  if (asked.getCount() > 0) {
                    asked.countDown();
                    peer.hang();
                  } else {
                    peer.sendRange(request, content, TAG);
                  }
                });
        HttpTransport transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
        FetchEngine engine =
            new FetchEngine(
                new Sources(transport, BlobSettings.fromEnvironment(Map.of()))::open,
                FetchOptions.defaults(),
                new Metrics())) {
      AssetInfo info =
          new AssetInfo(
              new AssetPath("f"), new AssetVersion.ETag(TAG), LENGTH, Instant.EPOCH, null);
      PinnedAsset asset = new PinnedAsset(AssetUri.parse(server.url() + "/"), info);
      ByteRange range = new ByteRange(0, 1000);
      CompletableFuture<Void> hasty =
          engine.fetch(
              asset,
              range,
              Priority.DEMAND,
              Deadline.after(Duration.ofSeconds(2)),
              (at, data) -> {});
      assertTrue(asked.await(10, TimeUnit.SECONDS));
      byte[] got = new byte[1000];
      CompletableFuture<Void> patient =
          engine.fetch(
              asset,
              range,
              Priority.DEMAND,
              Deadline.after(Duration.ofSeconds(20)),
              (at, data) -> data.get(got, (int) at, data.remaining()));
      assertThrows(ExecutionException.class, () -> hasty.get(10, TimeUnit.SECONDS));
      patient.get(20, TimeUnit.SECONDS);
      assertEquals(0, Arrays.compare(got, Arrays.copyOf(content, 1000)));
    }
  }

  @Test
  void noBufferWasLost() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      // Makes the detector look at what the collector found.
      io.netty.buffer.PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
    }
    assertEquals(List.of(), List.copyOf(Leaks.found()));
  }
}
