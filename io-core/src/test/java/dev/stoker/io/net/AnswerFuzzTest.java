package dev.stoker.io.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.testing.FaultServer;
import dev.stoker.io.testing.Leaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The HTTP answer path over real sockets, fed by Jazzer: no answer makes a reader hang, gives him
 * bytes that are not its body, spoils the next answer or leaks a buffer. Run longer with {@code
 * JAZZER_FUZZ=1}; without, over its seeds.
 */
@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
final class AnswerFuzzTest {
  private static final int WANTED_BYTES = 40;
  private static final byte[] RIGHT =
      "0123456789012345678901234567890123456789".getBytes(StandardCharsets.ISO_8859_1);

  /** How often the collector is asked what leaked: it costs more than a hundred answers. */
  private static final int ANSWERS_BETWEEN_COLLECTIONS = 20_000;

  private static FaultServer server;
  private static HttpTransport transport;
  private static volatile byte[] answer = new byte[0];
  private static int answers;

  @BeforeAll
  static void serve() {
    Leaks.watch();
    server =
        FaultServer.start(
            (request, peer) -> {
              if (request.target().equals("/right")) {
                peer.sendRange(request, RIGHT, "\"v\"");
              } else {
                // In two pieces, at a place that follows from the bytes.
                byte[] bytes = answer;
                int cut = bytes.length == 0 ? 0 : (bytes[bytes.length / 2] & 0xff) % bytes.length;
                peer.send(Arrays.copyOf(bytes, cut));
                peer.send(Arrays.copyOfRange(bytes, cut, bytes.length));
                peer.close();
              }
            });
    transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
  }

  @AfterAll
  static void stop() {
    transport.close();
    server.close();
    collect();
  }

  static Stream<byte[]> seeds() {
    String body = "b".repeat(WANTED_BYTES);
    return Stream.of(
            "",
            "\0HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + body,
            "\0HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-39/90\r\n\r\n" + body,
            "\0HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n"
                + body.substring(20)
                + "\r\n14\r\n"
                + body.substring(20)
                + "\r\n0\r\n\r\n",
            "\0HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
            "\0HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n" + body,
            "\0HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + body + "HTTP/1.1 200 OK\r\n\r\n",
            "\1Connection: close\r\n",
            "\1Content-Length: 39\r\n",
            "\1Transfer-Encoding: chunked\r\n")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "5m")
  void noAnswerHangsLeaksOrGivesWrongBytes(byte[] data) throws Exception {
    answer = answerOf(data);
    ByteBuffer into = ByteBuffer.allocateDirect(WANTED_BYTES);
    CompletableFuture<Void> read = ask("/fuzzed", into);
    try {
      read.get(8, TimeUnit.SECONDS); // the deadline is five: whoever needs more hangs
      byte[] got = new byte[WANTED_BYTES];
      into.get(0, got);
      assertArrayEquals(referenceBody(answer), got, "a reader got what is not the answer's body");
    } catch (java.util.concurrent.ExecutionException e) {
      boolean named = e.getCause() instanceof IoFailure;
      assertEquals(true, named, "a failure without a name: " + e.getCause());
      assertEquals(0, into.position());
    }
    ByteBuffer next = ByteBuffer.allocateDirect(WANTED_BYTES);
    ask("/right", next).get(8, TimeUnit.SECONDS);
    byte[] got = new byte[WANTED_BYTES];
    next.get(0, got);
    assertArrayEquals(RIGHT, got, "the next reader got something else");
    if (++answers % ANSWERS_BETWEEN_COLLECTIONS == 0) {
      collect();
    }
  }

  private static CompletableFuture<Void> ask(String target, ByteBuffer into) {
    HttpCall call =
        HttpCall.of("GET", HttpOrigin.parse(server.url()), target)
            .with("Range", "bytes=0-" + (WANTED_BYTES - 1));
    return transport.readInto(
        call,
        into,
        new RangeCheck() {
          @Override
          public boolean accepts(AnswerHead head) {
            return head.status() / 100 == 2;
          }

          @Override
          public IoFailure refusal(HttpAnswer refused) {
            return new IoFailure.NotFound("The server said " + refused.status() + ".");
          }
        },
        Deadline.after(Duration.ofSeconds(5)));
  }

  /** The input as it is, or as header lines of an answer that is right but for them. */
  private static byte[] answerOf(byte[] data) {
    if (data.length == 0 || data[0] % 2 == 0) {
      return data.length == 0 ? data : Arrays.copyOfRange(data, 1, data.length);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("HTTP/1.1 206 Partial Content\r\n".getBytes(StandardCharsets.ISO_8859_1));
    out.write(data, 1, data.length - 1);
    out.writeBytes("Content-Length: 40\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    out.writeBytes(RIGHT);
    return out.toByteArray();
  }

  /** What the answer's body is, found one byte at a time. */
  private static byte[] referenceBody(byte[] bytes) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    AnswerDecoder decoder = new AnswerDecoder();
    decoder.begin(false);
    AnswerDecoder.Listener listener =
        new AnswerDecoder.Listener() {
          @Override
          public void head(AnswerHead head) {}

          @Override
          public void body(ByteBuf from, int lengthBytes) {
            byte[] some = new byte[lengthBytes];
            from.readBytes(some);
            body.writeBytes(some);
          }
        };
    for (int at = 0; at < bytes.length && !decoder.isDone(); at++) {
      decoder.feed(Unpooled.wrappedBuffer(bytes, at, 1), listener);
    }
    return body.toByteArray();
  }

  private static void collect() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      // Makes the detector look at what the collector found.
      io.netty.buffer.PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
    }
    assertEquals(List.of(), List.copyOf(Leaks.found()));
  }
}
