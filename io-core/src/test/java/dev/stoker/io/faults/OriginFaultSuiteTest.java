package dev.stoker.io.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.FaultServer;
import dev.stoker.io.testing.Leaks;
import dev.stoker.io.testing.OriginFault;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Suite F4: origins that fail in every way they can, under load and through the whole path: cache,
 * fetch engine, HTTP over real sockets, as a range server and as Blob. Readers get the right bytes
 * or a named error within their deadline, and the right bytes once the fault is over.
 */
@Timeout(900)
final class OriginFaultSuiteTest {
  private static final String TAG = "\"v1\"";
  private static final int FILES = 4;
  private static final int LENGTH = 700_000;

  /** Cases at once; each has a server, an engine, a cache and its readers. */
  private static final int CASES_AT_ONCE = 6;

  /** A deadline may be overrun by what two busy cores need to say so. */
  private static final Duration LATE = Duration.ofSeconds(3);

  private static final Duration SHORT = Duration.ofMillis(1200);
  private static final Duration LONG = Duration.ofSeconds(40);

  private enum Origin {
    HTTP,
    BLOB
  }

  private enum Course {
    /** Each range of each file is struck once. */
    PASSES,
    /** Every request is struck. */
    STAYS,
    /** The first requests are answered rightly, all others struck. */
    BEGINS_MIDWAY
  }

  private record Case(OriginFault fault, Origin origin, Course course) {}

  @TempDir Path top;
  private final Trials trials = new Trials("F4");
  private final byte[][] contents = new byte[FILES][LENGTH];

  @BeforeAll
  static void watchLeaks() {
    Leaks.watch();
  }

  @Test
  void readersGetRightBytesOrANamedErrorInTime() throws Exception {
    Random random = trials.random();
    for (byte[] content : contents) {
      random.nextBytes(content);
    }
    // 1,000 trials and more have 32 readers in each case, the short run six.
    int readers = Trials.wanted(0) >= 1000 ? 32 : 6;
    List<Future<?>> running = new ArrayList<>();
    Semaphore free = new Semaphore(CASES_AT_ONCE);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (OriginFault fault : OriginFault.values()) {
        for (Origin origin : Origin.values()) {
          for (Course course : Course.values()) {
            long seed = random.nextLong();
            free.acquire();
            running.add(
                threads.submit(
                    () -> {
                      try {
                        run(new Case(fault, origin, course), readers, seed);
                      } finally {
                        free.release();
                      }
                      return null;
                    }));
          }
        }
      }
      for (Future<?> one : running) {
        one.get(5, TimeUnit.MINUTES);
      }
    }
    trials.end();
    assertNothingLeaked();
  }

  private void run(Case one, int readers, long seed) throws Exception {
    Set<String> struck = ConcurrentHashMap.newKeySet();
    AtomicInteger asked = new AtomicInteger();
    Path folder = Files.createDirectories(top.resolve(one.toString()));
    try (FaultServer server =
            FaultServer.start(
                (request, peer) -> {
                  byte[] content = contents[fileOf(request.target())];
                  boolean now =
                      switch (one.course) {
                        case PASSES -> struck.add(request.target() + request.rangeStart());
                        case STAYS -> true;
                        case BEGINS_MIDWAY -> asked.incrementAndGet() > 6;
                      };
                  if (now) {
                    one.fault.play(request, peer, content, TAG);
                  } else {
                    peer.sendRange(request, content, TAG);
                  }
                });
        HttpTransport transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
        FetchEngine engine =
            new FetchEngine(
                new Sources(transport, BlobSettings.fromEnvironment(Map.of()))::open,
                FetchOptions.defaults().withMemoryBytes(16 << 20),
                new Metrics());
        BlockCache cache =
            BlockCache.open(
                CacheSettings.of(folder, 64 << 20, 4 << 20),
                engine,
                (project, asset, deadline) -> {})) {
      readAll(one, cache, server, readers, seed);
      server.script(
          (request, peer) -> peer.sendRange(request, contents[fileOf(request.target())], TAG));
      // What failed is forgotten: the next readers get everything.
      for (int file = 0; file < FILES; file++) {
        read(one, cache, server, file, new ByteRange(0, LENGTH), LONG, false);
      }
    }
  }

  private void readAll(Case one, BlockCache cache, FaultServer server, int readers, long seed)
      throws Exception {
    boolean mayFail = one.course != Course.PASSES || one.fault.named != null;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < readers; i++) {
        Random dice = new Random(seed + i);
        threads.execute(
            () -> {
              for (int n = 0; n < 3; n++) {
                int file = dice.nextInt(FILES);
                int offset = dice.nextInt(LENGTH);
                int bytes = Math.min(LENGTH - offset, 1 + dice.nextInt(200_000));
                read(
                    one,
                    cache,
                    server,
                    file,
                    new ByteRange(offset, bytes),
                    mayFail ? SHORT : LONG,
                    mayFail);
              }
            });
      }
    }
  }

  private void read(
      Case one,
      BlockCache cache,
      FaultServer server,
      int file,
      ByteRange range,
      Duration deadline,
      boolean mayFail) {
    trials.trial();
    long start = System.nanoTime();
    try {
      ByteBuffer into = ByteBuffer.allocateDirect((int) range.lengthBytes());
      cache
          .open(asset(one, server, file), "show", Deadline.after(deadline))
          .read(range, into, Deadline.after(deadline));
      byte[] got = new byte[into.flip().remaining()];
      into.get(got);
      int from = (int) range.offset();
      if (!Arrays.equals(got, Arrays.copyOfRange(contents[file], from, from + got.length))) {
        trials.corrupt(one + " gave wrong bytes for " + range);
      }
    } catch (IoFailure e) {
      if (!mayFail) {
        trials.lost(one + " passed, but a reader heard " + e);
      } else if (!isNamed(one, e, server)) {
        trials.lost(one + " has no name in " + e);
      }
    } catch (RuntimeException e) {
      trials.lost(one + " ended with " + e);
    }
    if (System.nanoTime() - start > deadline.plus(LATE).toNanos()) {
      trials.lost(one + " held a reader beyond the deadline of " + deadline);
    }
  }

  /** The right kind of failure, which names the origin. */
  private static boolean isNamed(Case one, IoFailure failure, FaultServer server) {
    boolean kind =
        one.fault.named == null
            || one.fault.named.isInstance(failure)
            // Under load the deadline may pass before the refusal has come.
            || failure instanceof IoFailure.TimedOut;
    return kind && String.valueOf(failure.getMessage()).contains("127.0.0.1:" + server.port());
  }

  private static PinnedAsset asset(Case one, FaultServer server, int file) {
    String tree =
        one.origin == Origin.BLOB
            ? "blob+" + server.url() + "/account/show/"
            : server.url() + "/show/";
    return new PinnedAsset(
        AssetUri.parse(tree),
        new AssetInfo(
            AssetPath.of("f" + file), new AssetVersion.ETag(TAG), LENGTH, Instant.EPOCH, null));
  }

  private static int fileOf(String target) {
    return target.charAt(target.lastIndexOf('f') + 1) - '0';
  }

  private static void assertNothingLeaked() throws IOException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      // Makes the detector look at what the collector found.
      io.netty.buffer.PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
    }
    assertEquals(List.of(), List.copyOf(Leaks.found()));
  }
}
