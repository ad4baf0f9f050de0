package dev.stoker.io.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.HttpUri;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.mount.fuse.SessionOptions;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.http.HttpSource;
import dev.stoker.io.testing.FaultServer;
import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.OriginFault;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers of a mount whose origin fails in every way that we know (F4). */
@Timeout(3600)
class MountFaultsTest {
  private static final String TAG = "\"v1\"";
  private static final int BYTES = 1_300_001;
  private static final int CHUNK = 100_000;
  private static final int READERS = OriginFault.values().length;
  private static final Duration TIMEOUT = Duration.ofMillis(1500);

  /** What two busy cores need to say that it is over. */
  private static final long LATE_NANOS = 5_000_000_000L;

  @TempDir Path top;
  private final byte[] content = new byte[BYTES];
  private final Set<String> begun = ConcurrentHashMap.newKeySet();
  private volatile boolean healed;
  private volatile String deafTo = "";
  private FaultServer server;
  private HttpTransport transport;
  private FetchEngine engine;
  private BlockCache cache;
  private AssetTree tree;
  private AssetMount mount;

  @BeforeEach
  void open() throws IOException {
    FuseAccess.require();
    new Random(11).nextBytes(content);
    server = FaultServer.start(this::answer);
    transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
    engine =
        new FetchEngine(
            uri -> new HttpSource(transport, (HttpUri) uri),
            FetchOptions.defaults().withMemoryBytes(32 << 20),
            new Metrics());
    cache =
        BlockCache.open(
            CacheSettings.of(top.resolve("cache"), 64 << 20, 8 << 20),
            engine,
            (project, asset, deadline) -> {});
    AssetUri uri = AssetUri.parse("http://127.0.0.1:" + server.port() + "/");
    tree =
        new AssetTree(
            cache, uri, new HttpSource(transport, (HttpUri) uri), AssetTreeOptions.of(0, 0));
    mount = mounted(TIMEOUT);
  }

  private AssetMount mounted(Duration timeout) throws IOException {
    return AssetMount.mount(
        Files.createDirectories(top.resolve("mnt")),
        tree,
        new AssetMount.Settings(
            "test", true, false, 128, new SessionOptions(2, timeout, 16 << 20, false)));
  }

  @AfterEach
  void close() {
    if (mount != null) {
      mount.close();
      tree.close();
      cache.close();
      engine.close();
      transport.close();
      server.close();
    }
  }

  private void answer(FaultServer.Request request, FaultServer.Peer peer)
      throws IOException, InterruptedException {
    String name = request.target().substring(1);
    if (name.isEmpty()) {
      StringBuilder page = new StringBuilder();
      for (OriginFault fault : OriginFault.values()) {
        page.append("<a href=\"%s\">x</a>\n".formatted(fault));
      }
      peer.send(
          "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(page.length(), page));
    } else if (name.equals(deafTo)) {
      peer.hang();
    } else if (request.method().equals("HEAD")) {
      peer.send("HTTP/1.1 200 OK\r\nETag: %s\r\nContent-Length: %d\r\n\r\n".formatted(TAG, BYTES));
    } else if (healed || begun.add(name)) {
      peer.sendRange(request, content, TAG);
    } else {
      OriginFault.valueOf(name.substring(0, name.indexOf('.'))).play(request, peer, content, TAG);
    }
  }

  @Test
  void readersGetRightBytesOrAnErrorInTimeAndEverythingOnceTheOriginIsWell() throws Exception {
    Trials trials = new Trials("F4 mount");
    int rounds = Math.ceilDiv(Trials.wanted(OriginFault.values().length), READERS);
    for (int round = 0; round < rounds; round++) {
      healed = false;
      int now = round;
      List<String> names =
          Arrays.stream(OriginFault.values()).map(fault -> fault + "." + now).toList();
      // Platform threads: a read of a mount in this process would hold a carrier of answers up.
      try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
        List<Future<?>> all = new ArrayList<>();
        names.forEach(name -> all.add(readers.submit(() -> read(trials, name))));
        for (Future<?> one : all) {
          one.get(60, TimeUnit.SECONDS);
        }
      }
      healed = true;
      for (String name : names) {
        trials.trial();
        if (!Arrays.equals(content, readWhole(name))) {
          trials.corrupt(name + " after all was well");
        }
      }
    }
    trials.end();
  }

  /** An origin that was ill may be left alone for a moment. */
  private byte[] readWhole(String name) throws IOException {
    long end = System.nanoTime() + 30_000_000_000L;
    while (true) {
      try {
        return Files.readAllBytes(mount.folder().resolve(name));
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  private void read(Trials trials, String name) {
    byte[] part = new byte[CHUNK];
    long start = System.nanoTime();
    try (RandomAccessFile file = new RandomAccessFile(mount.folder().resolve(name).toFile(), "r")) {
      for (int at = 0; at + CHUNK <= BYTES; at += 3 * CHUNK) {
        trials.trial();
        start = System.nanoTime();
        try {
          file.seek(at);
          file.readFully(part);
          if (!Arrays.equals(Arrays.copyOfRange(content, at, at + CHUNK), part)) {
            trials.corrupt(name + " at " + at);
          }
        } catch (IOException named) {
          // As good as right bytes.
        }
        requireInTime(trials, name, start);
      }
    } catch (IOException notOpened) {
      requireInTime(trials, name, start);
    }
  }

  private static void requireInTime(Trials trials, String name, long startNanos) {
    long took = System.nanoTime() - startNanos;
    if (took > TIMEOUT.toNanos() + LATE_NANOS) {
      trials.lost(name + " took " + took + " ns");
    }
  }

  @Test
  void whoIsKilledWhileHeWaitsForTheOriginIsGoneAtOnce() throws Exception {
    mount.close();
    mount = mounted(Duration.ofMinutes(1));
    deafTo = "HANG.png";
    Process asker =
        new ProcessBuilder("stat", mount.folder().resolve(deafTo).toString())
            .redirectErrorStream(true)
            .redirectOutput(top.resolve("out").toFile())
            .start();
    long end = System.nanoTime() + 10_000_000_000L;
    while (server.requests().stream().noneMatch(r -> r.target().endsWith(deafTo))) {
      assertTrue(asker.isAlive() && System.nanoTime() < end, "it never asked");
      Thread.onSpinWait();
    }
    long before = System.nanoTime();
    var _ = asker.destroyForcibly();
    assertTrue(asker.waitFor(10, TimeUnit.SECONDS), "it cannot be killed");
    assertTrue(System.nanoTime() - before < LATE_NANOS);
    assertEquals(128 + 9, asker.exitValue());
  }
}
