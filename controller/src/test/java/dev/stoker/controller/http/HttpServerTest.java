package dev.stoker.controller.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What connections may do, and what becomes of them. */
@Timeout(60)
class HttpServerTest {
  private static final int BODY_LIMIT = 1 << 20;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final BlockingQueue<CompletableFuture<String>> parked = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private HttpServer server;

  @AfterEach
  void stop() {
    release.countDown();
    if (server != null) {
      server.close();
    }
  }

  private void start(HttpLimits limits) throws IOException {
    var listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = HttpServer.start(listen, null, limits, this::answer);
  }

  private static HttpLimits limits(Duration arrival, Duration idle) {
    return new HttpLimits(8, 4, 2, 4 << 10, 4 << 20, arrival, idle, SHORT, SHORT);
  }

  private Answer answer(Incoming request) throws InterruptedException {
    try {
      return switch (request.path()) {
        case "/echo" -> whole(request.body(BODY_LIMIT));
        case "/refuse" -> throw new Problem(401, "no");
        case "/fail" -> throw new IllegalStateException("on purpose");
        case "/park" -> park();
        case "/block" -> {
          release.await();
          yield text("blocked");
        }
        case "/count" -> new Answer.Stream(200, "text/plain", Map.of(), HttpServerTest::count);
        case "/flood" -> new Answer.Stream(200, "text/plain", Map.of(), this::flood);
        case "/tick" -> new Answer.Stream(200, "text/event-stream", Map.of(), this::tick);
        default -> text(request.method() + " " + request.path() + " " + request.query());
      };
    } catch (Problem problem) {
      return Answer.refusal(problem.status(), String.valueOf(problem.getMessage()));
    }
  }

  private Answer park() {
    var ready = new CompletableFuture<String>();
    parked.add(ready);
    return new Answer.Later(ready, () -> text(ready.get()));
  }

  private static void count(Outlet outlet) throws IOException, InterruptedException {
    for (int i = 0; i < 3; i++) {
      outlet.send(("line " + i + "\n").getBytes(UTF_8));
    }
  }

  private void flood(Outlet outlet) throws IOException, InterruptedException {
    try {
      while (true) {
        outlet.send(new byte[32 << 10]);
      }
    } catch (IOException e) {
      ended.add(String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private void tick(Outlet outlet) throws IOException, InterruptedException {
    outlet.send("data: 1\n\n".getBytes(UTF_8));
    try {
      release.await();
    } catch (InterruptedException e) {
      ended.add("interrupted");
      throw e;
    }
  }

  private static Answer text(String text) {
    return whole(text.getBytes(UTF_8));
  }

  private static Answer whole(byte[] body) {
    return new Answer.Whole(200, "text/plain", Map.of(), body);
  }

  private RawClient client() throws IOException {
    return new RawClient(server.address());
  }

  @Test
  void requestsThatArriveTogetherAreAnsweredInOrder() throws Exception {
    start(limits(LONG, LONG));
    try (var client = client()) {
      client.send("GET /a?b=c HTTP/1.1\r\n\r\nPOST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi");
      client.send("GET http://other.example/b HTTP/1.1\r\n\r\n");
      assertEquals("GET /a b=c", client.answer().body());
      assertEquals("hi", client.answer().body());
      assertEquals("GET /b null", client.answer().body());
    }
  }

  @Test
  void howBytesAreCutChangesNoAnswer() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("HttpServerTest: seed " + seed);
    var random = new Random(seed);
    start(limits(LONG, LONG));
    for (int round = 0; round < 20; round++) {
      try (var client = client()) {
        List<String> expected = new ArrayList<>();
        var all = new StringBuilder();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
          String body = "x".repeat(random.nextInt(40_000));
          expected.add(body);
          all.append(random.nextBoolean() ? sized(body) : chunked(body, random));
        }
        Thread sender = Thread.ofVirtual().start(() -> client.sendInPieces(all, random));
        for (String body : expected) {
          assertEquals(body, client.answer().body(), () -> "seed " + seed);
        }
        sender.join();
      }
    }
  }

  private static String sized(String body) {
    return "POST /echo HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static String chunked(String body, Random random) {
    var text = new StringBuilder("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int at = 0; at < body.length(); ) {
      int length = Math.min(body.length() - at, random.nextInt(1, 10_000));
      text.append(Integer.toHexString(length)).append("\r\n");
      text.append(body, at, at + length).append("\r\n");
      at += length;
    }
    return text.append("0\r\n\r\n").toString();
  }

  @Test
  void aBodyThatNobodyAskedForIsNotReadAndItsRefusalArrives() throws Exception {
    start(limits(LONG, LONG));
    try (var client = client()) {
      client.send("POST /refuse HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n");
      client.send("x".repeat(64 << 10));
      RawClient.Reply reply = client.answer();
      assertEquals(401, reply.status());
      assertEquals("close", reply.headers().get("connection"));
      client.send("x".repeat(1 << 20));
    }
  }

  @Test
  void aBodyBeyondItsLimitIsRefusedHoweverItComes() throws Exception {
    start(limits(LONG, LONG));
    try (var sized = client();
        var chunked = client()) {
      sized.send("POST /echo HTTP/1.1\r\nContent-Length: " + (BODY_LIMIT + 1) + "\r\n\r\n");
      assertEquals(413, sized.answer().status());
      chunked.send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
      String piece = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
      for (int i = 0; i < 40; i++) {
        chunked.send(piece);
      }
      assertEquals(413, chunked.answer().status());
    }
  }

  @Test
  void aCallerThatAsksBeforeItSendsIsToldToGoOn() throws Exception {
    start(limits(LONG, LONG));
    try (var client = client()) {
      client.send("POST /echo HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
      assertEquals(100, client.answer().status());
      client.send("hi");
      assertEquals("hi", client.answer().body());
    }
  }

  @Test
  void whatIsNotARequestIsAnsweredWithItsFault() throws Exception {
    start(limits(LONG, LONG));
    assertEquals(400, once("\0\0\0\0\r\n\r\n"));
    assertEquals(400, once("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"));
    assertEquals(400, once("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"));
    assertEquals(400, once("GET / HTTP/1.1\r\nbad header\r\n\r\n"));
    assertEquals(414, once("GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n\r\n"));
    assertEquals(431, once("GET / HTTP/1.1\r\nA: " + "x".repeat(5_000) + "\r\n\r\n"));
    assertEquals(505, once("PRI * HTTP/2.0\r\n\r\n"));
    assertEquals(500, once("GET /fail HTTP/1.1\r\n\r\n"));
  }

  private int once(String request) throws IOException {
    try (var client = client()) {
      client.send(request);
      return client.answer().status();
    }
  }

  @Test
  void noBytesStopTheServer() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("HttpServerTest: seed " + seed);
    var random = new Random(seed);
    start(limits(LONG, LONG));
    for (int round = 0; round < 300; round++) {
      try (var client = client()) {
        byte[] request =
            sized("x".repeat(random.nextInt(100))).concat(chunked("hello", random)).getBytes(UTF_8);
        for (int i = random.nextInt(8); i > 0; i--) {
          request[random.nextInt(request.length)] = (byte) random.nextInt(256);
        }
        client.send(new String(request, ISO_8859_1));
        client.endSending();
        client.readSome();
      }
    }
    assertEquals(200, once("GET / HTTP/1.1\r\n\r\n"), () -> "seed " + seed);
  }

  @Test
  void whoSendsTooSlowlyIsToldSo() throws Exception {
    start(limits(SHORT, LONG));
    try (var head = client();
        var body = client();
        var silent = client()) {
      head.send("GET / HTTP/1.1\r\nHo");
      body.send("POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nhi");
      assertEquals(408, body.answer().status());
      assertTrue(head.isClosed());
      assertTrue(silent.isClosed());
    }
  }

  @Test
  void aConnectionWithoutRequestsIsClosedAfterAWhile() throws Exception {
    start(limits(LONG, SHORT));
    try (var client = client()) {
      client.send("GET / HTTP/1.1\r\n\r\n");
      assertEquals(200, client.answer().status());
      assertTrue(client.isClosed());
    }
  }

  @Test
  void whoComesWhenEverythingIsTakenIsToldToComeAgain() throws Exception {
    start(limits(LONG, LONG));
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        clients.add(client());
      }
      awaitConnections(8);
      assertEquals(503, once("GET / HTTP/1.1\r\n\r\n"));
      for (int i = 0; i < 4; i++) {
        clients.get(i).send("GET /block HTTP/1.1\r\n\r\n");
      }
      // Only then: one that is served meanwhile would take the place of the fourth.
      await("four requests in work", () -> server.requestCount() == 4);
      clients.get(4).send("GET / HTTP/1.1\r\n\r\n");
      assertEquals(503, clients.get(4).answer().status());
      release.countDown();
      assertEquals("blocked", clients.get(0).answer().body());
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private void awaitConnections(int count) throws InterruptedException {
    await(count + " connections", () -> server.connectionCount() == count);
  }

  private static void await(String what, BooleanSupplier there) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (!there.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not seen within " + LONG + ": " + what);
      Thread.sleep(5);
    }
  }

  private CompletableFuture<String> nextParked() throws InterruptedException {
    return Objects.requireNonNull(
        parked.poll(LONG.toMillis(), TimeUnit.MILLISECONDS), "no call was parked");
  }

  @Test
  void moreCallsMayBeParkedThanAreInWork() throws Exception {
    start(limits(LONG, LONG));
    List<RawClient> clients = new ArrayList<>();
    List<CompletableFuture<String>> waiting = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      RawClient client = client();
      client.send("GET /park HTTP/1.1\r\n\r\n");
      clients.add(client);
      waiting.add(nextParked());
      // One after the other: before they are parked they are in work.
      await("no request in work", () -> server.requestCount() == 0);
    }
    waiting.forEach(each -> each.complete("woken"));
    for (RawClient client : clients) {
      assertEquals("woken", client.answer().body());
      client.close();
    }
  }

  @Test
  void aParkedCallIsCancelledWhenItsCallerLeaves() throws Exception {
    start(limits(LONG, LONG));
    var client = client();
    client.send("GET /park HTTP/1.1\r\n\r\n");
    CompletableFuture<String> ready = nextParked();
    client.close();
    assertThrows(
        java.util.concurrent.CancellationException.class, () -> ready.get(10, TimeUnit.SECONDS));
  }

  @Test
  void aStreamArrivesInPiecesAndTheConnectionGoesOn() throws Exception {
    start(limits(LONG, LONG));
    try (var client = client()) {
      client.send("GET /count HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n");
      assertEquals("line 0\nline 1\nline 2\n", client.answer().body());
      assertEquals("GET /x null", client.answer().body());
    }
    try (var old = client()) {
      old.send("GET /count HTTP/1.0\r\n\r\n");
      assertTrue(old.readSome().endsWith("\r\n\r\nline 0\nline 1\nline 2\n"));
    }
  }

  @Test
  void whoTakesNothingOfAStreamIsCutOffAndWhoLeavesEndsIt() throws Exception {
    start(limits(LONG, LONG));
    try (var lazy = client();
        var leaving = client()) {
      lazy.send("GET /flood HTTP/1.1\r\n\r\n");
      assertEquals("The caller took nothing for 1 s.", ended.poll(20, TimeUnit.SECONDS));
      leaving.send("GET /tick HTTP/1.1\r\n\r\n");
      assertTrue(leaving.readPiece().contains("data: 1"));
      leaving.leave();
      assertEquals("interrupted", ended.poll(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void closingAnswersWhoWaitsAndEndsStreamsWhole() throws Exception {
    start(limits(LONG, LONG));
    try (var waiting = client();
        var watching = client();
        var idle = client();
        var blocked = client()) {
      waiting.send("GET /park HTTP/1.1\r\n\r\n");
      var _ = nextParked();
      watching.send("GET /tick HTTP/1.1\r\n\r\n");
      assertTrue(watching.readPiece().contains("data: 1"));
      blocked.send("GET /block HTTP/1.1\r\n\r\n");
      await("the request in work", () -> server.requestCount() == 1);
      idle.send("GET / HTTP/1.1\r\n\r\n");
      assertEquals(200, idle.answer().status());
      server.close();
      assertEquals(503, waiting.answer().status());
      assertTrue(watching.readSome().endsWith("0\r\n\r\n"));
      assertEquals(503, blocked.answer().status());
      assertTrue(idle.isClosed());
      assertFalse(parked.stream().anyMatch(each -> !each.isCancelled()));
      assertThrows(IOException.class, this::client);
    }
  }
}
