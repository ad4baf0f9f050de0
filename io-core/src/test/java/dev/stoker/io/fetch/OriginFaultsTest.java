package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Suite F4: an origin that fails in every way it can, under load. Readers get the right bytes or a
 * named error within their deadline; no buffer is lost.
 */
@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
final class OriginFaultsTest {
  private static final String TAG = "\"v1\"";
  private static final int LENGTH = 700_000;

  enum Fault {
    FORBIDDEN(IoFailure.Denied.class),
    NOT_FOUND(IoFailure.NotFound.class),
    PRECONDITION_FAILED(IoFailure.Changed.class),
    RANGE_NOT_SATISFIABLE(IoFailure.Changed.class),
    TOO_MANY_REQUESTS(null),
    SERVER_ERROR(null),
    UNAVAILABLE(null),
    RESET(null),
    HALF_A_BODY(null),
    WRONG_RANGE(null),
    WRONG_LENGTH(null),
    TRICKLE(IoFailure.TimedOut.class),
    HANG(IoFailure.TimedOut.class),
    CHANGED_TAG(IoFailure.Changed.class),
    CHANGED_BEHIND_A_DEAF_SERVER(IoFailure.Changed.class),
    GARBAGE(null),
    WHOLE_FILE_FOR_A_RANGE(IoFailure.Invalid.class);

    /** What a reader hears of it if it stays; null where a retry reads on. */
    final Class<? extends IoFailure> named;

    Fault(Class<? extends IoFailure> named) {
      this.named = named;
    }

    void play(FaultServer.Request request, FaultServer.Peer peer, byte[] content) throws Exception {
      long start = request.rangeStart();
      long end = request.rangeEnd(content.length);
      String right =
          "HTTP/1.1 206 Partial Content\r\nETag: "
              + TAG
              + "\r\nContent-Range: bytes "
              + start
              + "-"
              + (end - 1)
              + "/"
              + content.length
              + "\r\nContent-Length: "
              + (end - start)
              + "\r\n\r\n";
      byte[] body = Arrays.copyOfRange(content, (int) start, (int) end);
      switch (this) {
        case FORBIDDEN -> peer.sendStatus(403, "");
        case NOT_FOUND -> peer.sendStatus(404, "");
        case PRECONDITION_FAILED -> peer.sendStatus(412, "");
        case RANGE_NOT_SATISFIABLE -> peer.sendStatus(416, "");
        case TOO_MANY_REQUESTS -> peer.sendStatus(429, "Retry-After: 0\r\n");
        case SERVER_ERROR -> peer.sendStatus(500, "");
        case UNAVAILABLE -> peer.sendStatus(503, "");
        case RESET -> {
          peer.send(right);
          peer.reset();
        }
        case HALF_A_BODY -> {
          peer.send(right);
          peer.send(Arrays.copyOf(body, body.length / 2));
          peer.close();
        }
        case WRONG_RANGE -> {
          peer.send(right.replace("bytes " + start, "bytes " + (start + 1)));
          peer.send(body);
        }
        case WRONG_LENGTH -> {
          peer.send(right.replace("Length: " + (end - start), "Length: " + (end - start - 1)));
          peer.send(Arrays.copyOf(body, body.length - 1));
        }
        case TRICKLE -> {
          peer.send(right);
          peer.send(Arrays.copyOf(body, 1000));
          peer.hang();
        }
        case HANG -> peer.hang();
        case CHANGED_TAG -> {
          peer.send(right.replace(TAG, "\"v2\""));
          peer.send(body);
        }
        case CHANGED_BEHIND_A_DEAF_SERVER -> {
          peer.send(right.replace("/" + content.length, "/" + (content.length + 5)));
          peer.send(body);
        }
        case GARBAGE -> {
          peer.send("HTP/1.1 OK whatever\r\n\r\n");
          peer.close();
        }
        case WHOLE_FILE_FOR_A_RANGE -> {
          peer.send(
              "HTTP/1.1 200 OK\r\nETag: "
                  + TAG
                  + "\r\nContent-Length: "
                  + content.length
                  + "\r\n\r\n");
          peer.send(content);
        }
      }
    }
  }

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
              new dev.stoker.io.asset.ByteRange(offset, got.length),
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
  void readersGetRightBytesOrANamedErrorInTime(Fault fault) throws Exception {
    byte[] content = content();
    boolean stays = fault.named != null;
    Set<Long> struck = ConcurrentHashMap.newKeySet();
    try (FaultServer server =
            FaultServer.start(
                (request, peer) -> {
                  // A passing fault strikes each range once.
                  boolean now = stays || struck.add(request.rangeStart());
                  if (now) {
                    try {
                      fault.play(request, peer, content);
                    } catch (java.io.IOException | InterruptedException e) {
                      throw e;
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
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
      Duration deadline = stays ? Duration.ofMillis(700) : Duration.ofSeconds(20);
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
        } catch (java.util.concurrent.ExecutionException | CompletionException e) {
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
  void noBufferWasLost() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      // Makes the detector look at what the collector found.
      io.netty.buffer.PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
    }
    assertEquals(List.of(), List.copyOf(Leaks.found()));
  }
}
