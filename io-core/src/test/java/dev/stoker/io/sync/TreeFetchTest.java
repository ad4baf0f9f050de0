package dev.stoker.io.sync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.FaultServer;
import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TreeFetchTest {
  private final HttpTransport transport =
      new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
  private final Sources sources = new Sources(transport, BlobSettings.fromEnvironment(Map.of()));
  private final FetchEngine engine =
      new FetchEngine(sources::open, FetchOptions.defaults(), new Metrics());
  private final NginxServer nginx = NginxServer.start();

  @AfterAll
  void stop() {
    engine.close();
    transport.close();
    nginx.close();
  }

  private TreeFetch.Progress copy(String uri, Path destination) {
    return new TreeFetch(engine, sources::open, TreeFetch.Options.DEFAULT)
        .copy(List.of(AssetUri.parse(uri)), destination, Deadline.after(Duration.ofSeconds(30)));
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void aTreeComesOverOnceAndOnlyWhatChangedComesAgain(@TempDir Path destination) throws Exception {
    Path root = Files.createDirectory(nginx.root().resolve("tree"));
    Files.createDirectory(root.resolve("sub"));
    byte[] big = random(20_000_123, 1);
    Files.write(root.resolve("big"), big);
    Files.write(root.resolve("empty"), new byte[0]);
    for (int i = 0; i < 200; i++) {
      Files.write(root.resolve("sub/f" + i), random(1000 + i, i));
    }
    TreeFetch.Progress first = copy(nginx.url() + "/tree/", destination);
    assertEquals(List.of(), first.failures());
    assertEquals(202, first.filesDone());
    assertArrayEquals(big, Files.readAllBytes(destination.resolve("big")));
    assertArrayEquals(random(1199, 199), Files.readAllBytes(destination.resolve("sub/f199")));
    assertEquals(names(root), names(destination));
    TreeFetch.Progress again = copy(nginx.url() + "/tree/", destination);
    assertEquals(202, again.filesUnchanged());
    assertEquals(0, again.bytesDone());
    Files.write(root.resolve("sub/f7"), random(5000, 7));
    TreeFetch.Progress changed = copy(nginx.url() + "/tree/", destination);
    assertEquals(1, changed.filesDone());
    assertArrayEquals(random(5000, 7), Files.readAllBytes(destination.resolve("sub/f7")));
  }

  @Test
  void aSmallFileIsReadAndPinnedInOneRequest(@TempDir Path destination, @TempDir Path logs)
      throws Exception {
    Path log = logs.resolve("access.log");
    try (NginxServer logging = NginxServer.start("access_log " + log + ";")) {
      for (int i = 0; i < 50; i++) {
        Files.write(logging.root().resolve("f" + i), random(1000 + i, i));
      }
      assertEquals(50, copy(logging.url() + "/", destination).filesDone());
      assertEquals(
          Files.getLastModifiedTime(logging.root().resolve("f7")).toMillis() / 1000,
          Files.getLastModifiedTime(destination.resolve("f7")).toMillis() / 1000);
      assertEquals(50, copy(logging.url() + "/", destination).filesUnchanged());
    }
    // nginx has ended, so that its log is complete. A slow moment may send a second request.
    List<String> requests = Files.readAllLines(log);
    int again =
        IntStream.range(0, requests.size())
            .filter(i -> requests.get(i).contains("GET / "))
            .max()
            .orElseThrow();
    List<String> first = requests.subList(0, again);
    List<String> second = requests.subList(again, requests.size());
    assertTrue(first.stream().noneMatch(line -> line.contains("HEAD")), "read without a look");
    assertTrue(second.stream().noneMatch(line -> line.contains("GET /f")), "looked at, not read");
  }

  @Test
  void aListingThatTellsAnotherLengthThanTheFileHasCostsOnlyALookUp(@TempDir Path destination)
      throws Exception {
    Path root = Files.createDirectory(nginx.root().resolve("rounded"));
    byte[] longer = random(5000, 1);
    Files.write(root.resolve("longer"), longer);
    byte[] shorter = random(900, 2);
    Files.write(root.resolve("shorter"), shorter);
    Files.writeString(
        root.resolve("index.html"),
        "<a href=\"longer\">longer</a>  22-Nov-2026 10:00  1000\r\n"
            + "<a href=\"shorter\">shorter</a>  22-Nov-2026 10:00  1000\r\n");
    TreeFetch.Progress end = copy(nginx.url() + "/rounded/", destination);
    assertEquals(List.of(), end.failures());
    assertEquals(end.bytesDone(), end.bytes());
    assertArrayEquals(longer, Files.readAllBytes(destination.resolve("longer")));
    assertArrayEquals(shorter, Files.readAllBytes(destination.resolve("shorter")));
    assertEquals(2, names(destination).size());
  }

  @Test
  void aFileGoesToANameOrIntoAFolder(@TempDir Path destination) throws Exception {
    Files.write(nginx.root().resolve("one"), random(10, 1));
    copy(nginx.url() + "/one", destination.resolve("renamed"));
    copy(nginx.url() + "/one", destination);
    copy(nginx.root().resolve("one").toString(), destination.resolve("from-file"));
    assertEquals(List.of("from-file", "one", "renamed"), names(destination));
  }

  @Test
  void anInterruptedDownloadGoesOnWhereItWas(@TempDir Path destination) throws Exception {
    byte[] content = random(100 << 20, 5);
    long[] asked = new long[1];
    boolean[] broken = {true};
    try (FaultServer server =
        FaultServer.start(
            (request, peer) -> {
              if (request.method().equals("GET")) {
                if (broken[0] && request.rangeStart() >= 90 << 20) {
                  peer.sendStatus(404, "");
                  return;
                }
                synchronized (asked) {
                  asked[0] += request.rangeEnd(content.length) - request.rangeStart();
                }
              }
              peer.sendRange(request, content, "\"v\"");
            })) {
      TreeFetch.Progress failed = copy(server.url() + "/f", destination.resolve("f"));
      assertEquals(1, failed.failures().size());
      assertEquals(List.of("f.stoker-part"), names(destination));
      broken[0] = false;
      asked[0] = 0;
      TreeFetch.Progress done = copy(server.url() + "/f", destination.resolve("f"));
      assertEquals(List.of(), done.failures());
      assertEquals(List.of("f"), names(destination));
      assertArrayEquals(content, Files.readAllBytes(destination.resolve("f")));
      // What was in flight when it broke (8 requests of 8 MiB) is asked for again.
      assertTrue(asked[0] <= 84L << 20, "asked for " + asked[0] + " bytes again");
    }
  }

  @Test
  void bytesThatDoNotHaveTheirMd5AreNotAccepted(@TempDir Path destination) throws Exception {
    byte[] content = random(1000, 6);
    try (FaultServer server =
        FaultServer.start(
            (request, peer) -> {
              if (request.method().equals("HEAD")) {
                peer.send(
                    "HTTP/1.1 200 OK\r\nETag: \"v\"\r\nContent-MD5: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                        + "Content-Length: 1000\r\n\r\n");
              } else {
                peer.sendRange(request, content, "\"v\"");
              }
            })) {
      TreeFetch.Progress refused = copy(server.url() + "/f", destination.resolve("f"));
      assertTrue(refused.failures().getFirst().getMessage().contains("MD5"));
      assertFalse(Files.exists(destination.resolve("f")));
      assertEquals(List.of(), names(destination));
    }
  }
}
