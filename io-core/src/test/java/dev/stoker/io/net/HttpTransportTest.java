package dev.stoker.io.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.testing.Certificates;
import dev.stoker.io.testing.FaultServer;
import dev.stoker.io.testing.NginxServer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
final class HttpTransportTest {
  private static final RangeCheck ANY_SUCCESS = new AnySuccess();

  private NginxServer nginx;
  private byte[] content;
  private HttpTransport transport = new HttpTransport(options());

  private static TransportOptions options() {
    return TransportOptions.fromEnvironment(Map.of());
  }

  @BeforeAll
  void serve() throws Exception {
    nginx = NginxServer.start();
    content = new byte[5_000_000];
    new Random(1).nextBytes(content);
    Files.write(nginx.root().resolve("big"), content);
  }

  @AfterEach
  void freshTransport() {
    transport.close();
    transport = new HttpTransport(options());
  }

  @AfterAll
  void stop() {
    transport.close();
    nginx.close();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(10));
  }

  private static <T> T end(CompletableFuture<T> future) throws Exception {
    return future.get(15, TimeUnit.SECONDS);
  }

  private static <T extends Throwable> T failure(Class<T> type, CompletableFuture<?> future) {
    Throwable thrown =
        assertThrows(CompletionException.class, () -> future.orTimeout(15, TimeUnit.SECONDS).join())
            .getCause();
    return assertInstanceOf(type, thrown);
  }

  @ParameterizedTest
  @EnumSource(TransportOptions.Poller.class)
  void aRangeGoesIntoTheBufferWithEveryPoller(TransportOptions.Poller poller) throws Exception {
    try (HttpTransport mine = new HttpTransport(options().withPoller(poller))) {
      List<CompletableFuture<Void>> reads = new ArrayList<>();
      List<ByteBuffer> buffers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        ByteBuffer into = ByteBuffer.allocateDirect(200_000);
        buffers.add(into);
        HttpCall call =
            HttpCall.of("GET", HttpOrigin.parse(nginx.url()), "/big")
                .with("Range", "bytes=" + i * 200_000 + "-" + ((i + 1) * 200_000 - 1));
        reads.add(mine.readInto(call, into, ANY_SUCCESS, soon()));
      }
      for (int i = 0; i < reads.size(); i++) {
        end(reads.get(i));
        assertEquals(200_000, buffers.get(i).position());
        byte[] got = new byte[200_000];
        buffers.get(i).get(0, got);
        assertArrayEquals(
            java.util.Arrays.copyOfRange(content, i * 200_000, (i + 1) * 200_000), got);
      }
    }
  }

  /** Takes what came out of a buffer that is shorter than the body, whenever it is full. */
  private static final class Window extends AnySuccess {
    final ByteBuffer into = ByteBuffer.allocateDirect(64 << 10);
    private final ByteBuffer taken;

    Window(int lengthBytes) {
      taken = ByteBuffer.allocate(lengthBytes);
    }

    @Override
    public int wantedBytes(int bufferBytes) {
      return taken.capacity();
    }

    @Override
    public void arrived(int bytes) {
      if (bytes == taken.capacity() || bytes - taken.position() == into.capacity()) {
        taken.put(into.slice(0, bytes - taken.position()));
      }
    }

    byte[] taken() {
      return taken.array();
    }
  }

  @ParameterizedTest
  @EnumSource(TransportOptions.Poller.class)
  void aLongBodyPassesThroughAShortBuffer(TransportOptions.Poller poller) throws Exception {
    try (HttpTransport mine = new HttpTransport(options().withPoller(poller))) {
      Window window = new Window(content.length);
      HttpCall call = HttpCall.of("GET", HttpOrigin.parse(nginx.url()), "/big");
      end(mine.readInto(call, window.into, window, soon()));
      assertArrayEquals(content, window.taken());
    }
  }

  @Test
  void aBodyOfAnotherLengthIsRefusedThoughTheBufferIsFull() {
    Window window = new Window(1 << 20);
    HttpCall call = HttpCall.of("GET", HttpOrigin.parse(nginx.url()), "/big");
    failure(IoFailure.Corrupt.class, transport.readInto(call, window.into, window, soon()));
  }

  @Test
  void aHeapBufferTakesARangeToo() throws Exception {
    ByteBuffer into = ByteBuffer.allocate(content.length);
    HttpCall call = HttpCall.of("GET", HttpOrigin.parse(nginx.url()), "/big");
    end(transport.readInto(call, into, ANY_SUCCESS, soon()));
    assertArrayEquals(content, into.array());
  }

  @Test
  void smallCallsAnswerWhateverTheStatusAndReuseTheirConnection() throws Exception {
    HttpOrigin origin = HttpOrigin.parse(nginx.url());
    HttpAnswer head = end(transport.send(HttpCall.of("HEAD", origin, "/big"), soon()));
    assertEquals(200, head.status());
    assertEquals("5000000", head.header("content-length"));
    assertEquals(0, head.body().length);
    HttpAnswer missing = end(transport.send(HttpCall.of("GET", origin, "/none"), soon()));
    assertEquals(404, missing.status());
    assertTrue(missing.text().contains("404"));
  }

  @Test
  void anAnswerLongerThanTheBoundIsAnError() {
    HttpCall call =
        HttpCall.of("GET", HttpOrigin.parse(nginx.url()), "/big").withMaxAnswerBytes(1000);
    assertEquals(
        "Cannot use the answer to GET "
            + nginx.url()
            + "/big, because its 5000000 bytes are more than 1000.",
        failure(IoFailure.Corrupt.class, transport.send(call, soon())).getMessage());
  }

  @Test
  void aBodyOfAnotherLengthThanAskedForNeverReachesTheBuffer() {
    ByteBuffer into = ByteBuffer.allocateDirect(1000);
    HttpCall call = HttpCall.of("GET", HttpOrigin.parse(nginx.url()), "/big");
    failure(IoFailure.Corrupt.class, transport.readInto(call, into, ANY_SUCCESS, soon()));
    assertEquals(0, into.position());
    assertEquals(0, into.get(0));
  }

  @Test
  void aRefusedRangeIsExplainedByTheCheck() {
    ByteBuffer into = ByteBuffer.allocateDirect(1000);
    HttpCall call = HttpCall.of("GET", HttpOrigin.parse(nginx.url()), "/none");
    assertEquals(
        "The server said 404.",
        failure(IoFailure.NotFound.class, transport.readInto(call, into, ANY_SUCCESS, soon()))
            .getMessage());
    assertEquals(0, into.position());
  }

  @Test
  void aHangingOriginFailsAtTheDeadline() {
    try (FaultServer server = FaultServer.start((request, peer) -> peer.hang())) {
      long start = System.nanoTime();
      HttpCall call = HttpCall.of("GET", HttpOrigin.parse(server.url()), "/x?sig=secret");
      IoFailure failure =
          failure(
              IoFailure.TimedOut.class,
              transport.send(call, Deadline.after(Duration.ofMillis(200))));
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertTrue(millis < 2_000, "took " + millis + " ms");
      assertFalse(failure.getMessage().contains("secret"));
      assertTrue(failure.getMessage().contains(server.url() + "/x"));
    }
  }

  @Test
  void aTrickleEndsAtTheDeadlineAndAHalfBodyAtItsEnd() {
    try (FaultServer server =
        FaultServer.start(
            (request, peer) -> {
              peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
              peer.send(new byte[50_000]);
              if (request.target().equals("/half")) {
                peer.close();
              } else {
                peer.hang();
              }
            })) {
      HttpOrigin origin = HttpOrigin.parse(server.url());
      ByteBuffer into = ByteBuffer.allocateDirect(100_000);
      failure(
          IoFailure.TimedOut.class,
          transport.readInto(
              HttpCall.of("GET", origin, "/slow"),
              into,
              ANY_SUCCESS,
              Deadline.after(Duration.ofMillis(300))));
      assertEquals(0, into.position());
      IoFailure half =
          failure(
              IoFailure.Unavailable.class,
              transport.readInto(HttpCall.of("GET", origin, "/half"), into, ANY_SUCCESS, soon()));
      assertTrue(half.getMessage().endsWith("in the middle of its answer."), half.getMessage());
    }
  }

  @Test
  void aFastAnswerThatTurnsSlowIsReadToItsEndAndOneThatStopsEndsInTime() throws Exception {
    byte[] sent = new byte[9 << 20];
    new Random(2).nextBytes(sent);
    try (FaultServer server =
            FaultServer.start(
                (request, peer) -> {
                  peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + sent.length + "\r\n\r\n");
                  // Fast, so that the kernel is told to wait for more; then by less than it waits
                  // for.
                  peer.send(java.util.Arrays.copyOf(sent, 8 << 20));
                  for (int at = 8 << 20; at < sent.length; at += 128 << 10) {
                    if (request.target().equals("/stops") && at > 8 << 20) {
                      peer.hang();
                    }
                    Thread.sleep(60);
                    peer.send(java.util.Arrays.copyOfRange(sent, at, at + (128 << 10)));
                  }
                });
        HttpTransport hasty =
            new HttpTransport(
                options().withQuietTimeouts(Duration.ofSeconds(2), Duration.ofMillis(500)))) {
      HttpOrigin origin = HttpOrigin.parse(server.url());
      ByteBuffer into = ByteBuffer.allocateDirect(sent.length);
      hasty
          .readInto(HttpCall.of("GET", origin, "/slows"), into, ANY_SUCCESS, soon())
          .get(10, TimeUnit.SECONDS);
      byte[] got = new byte[sent.length];
      into.flip().get(got);
      assertArrayEquals(sent, got);
      into.clear();
      long start = System.nanoTime();
      failure(
          IoFailure.Unavailable.class,
          hasty.readInto(HttpCall.of("GET", origin, "/stops"), into, ANY_SUCCESS, soon()));
      assertTrue(System.nanoTime() - start < 5_000_000_000L, "it waited past its bounds");
      assertEquals(0, into.position());
    }
  }

  @Test
  void aSilentOriginIsUnavailableBeforeTheDeadline() {
    try (FaultServer server = FaultServer.start((request, peer) -> peer.hang());
        HttpTransport hasty =
            new HttpTransport(
                options().withQuietTimeouts(Duration.ofMillis(100), Duration.ofMillis(100)))) {
      HttpCall call = HttpCall.of("GET", HttpOrigin.parse(server.url()), "/x");
      assertTrue(failure(IoFailure.Unavailable.class, hasty.send(call, soon())).retryable());
    }
  }

  @Test
  void aConnectionThatTheServerClosedWhileIdleIsReplaced() throws Exception {
    try (FaultServer server =
        FaultServer.start(
            (request, peer) -> {
              peer.sendStatus(200, "");
              peer.close();
            })) {
      for (int i = 0; i < 50; i++) {
        HttpCall call = HttpCall.of("GET", HttpOrigin.parse(server.url()), "/x");
        assertEquals(200, end(transport.send(call, soon())).status());
      }
    }
  }

  @Test
  void aDeadOriginIsNamed() {
    HttpCall call = HttpCall.of("GET", HttpOrigin.parse("http://127.0.0.1:1"), "/x");
    IoFailure failure = failure(IoFailure.Unavailable.class, transport.send(call, soon()));
    assertTrue(
        failure.getMessage().startsWith("Cannot connect to http://127.0.0.1:1: "),
        failure.getMessage());
  }

  @Test
  void callsBeyondTheConnectionLimitWaitTheirTurn() throws Exception {
    try (HttpTransport narrow = new HttpTransport(options().withConnectionsPerOrigin(2))) {
      List<CompletableFuture<HttpAnswer>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(
            narrow.send(HttpCall.of("HEAD", HttpOrigin.parse(nginx.url()), "/big"), soon()));
      }
      for (CompletableFuture<HttpAnswer> answer : answers) {
        assertEquals(200, end(answer).status());
      }
    }
  }

  @Test
  void aCanceledReadEndsOnceItsBufferIsFree() {
    try (FaultServer server =
        FaultServer.start(
            (request, peer) -> {
              peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
              peer.send(new byte[50_000]);
              peer.hang();
            })) {
      CompletableFuture<Void> read =
          transport.readInto(
              HttpCall.of("GET", HttpOrigin.parse(server.url()), "/x"),
              ByteBuffer.allocateDirect(100_000),
              ANY_SUCCESS,
              soon());
      assertTrue(read.cancel(true));
      failure(IoFailure.Canceled.class, read);
    }
  }

  @Test
  void tlsVerifiesTheCertificateAgainstTheGivenAuthority(@TempDir Path folder) throws Exception {
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    Certificates.selfSigned("127.0.0.1", "IP:127.0.0.1", certificate, key);
    try (NginxServer tls = NginxServer.startTls(certificate, key);
        HttpTransport trusting = new HttpTransport(options().withCaFile(certificate))) {
      Files.write(tls.root().resolve("big"), content);
      ByteBuffer into = ByteBuffer.allocateDirect(content.length);
      HttpCall call = HttpCall.of("GET", HttpOrigin.parse(tls.url()), "/big");
      end(trusting.readInto(call, into, ANY_SUCCESS, soon()));
      byte[] got = new byte[content.length];
      into.flip().get(got);
      assertArrayEquals(content, got);
      Window window = new Window(content.length);
      end(trusting.readInto(call, window.into, window, soon()));
      assertArrayEquals(content, window.taken());
      IoFailure refused = failure(IoFailure.Unavailable.class, transport.send(call, soon()));
      assertTrue(
          refused.getMessage().startsWith("Cannot speak TLS with " + tls.url()),
          refused.getMessage());
    }
  }
}
