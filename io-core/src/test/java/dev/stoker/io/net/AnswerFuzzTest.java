package dev.stoker.io.net;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.posix.SpliceFile;
import dev.stoker.io.posix.SplicePipe;
import dev.stoker.io.testing.FaultServer;
import dev.stoker.io.testing.Leaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The HTTP answer path over real sockets, fed by Jazzer: no answer makes a reader hang, gives him
 * bytes that are not its body, spoils the next answer or leaks a buffer. Run longer with {@code
 * JAZZER_FUZZ=1}; without, over its seeds.
 */
@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
final class AnswerFuzzTest {
  private static final int WANTED_BYTES = 40;

  /** More than is read with a head, so that the rest is spliced. */
  private static final int SPLICED_BYTES = 12_000;

  private static final byte[] RIGHT =
      "0123456789".repeat(SPLICED_BYTES / 10).getBytes(StandardCharsets.ISO_8859_1);

  /** How often the collector is asked what leaked: it costs more than a hundred answers. */
  private static final int ANSWERS_BETWEEN_COLLECTIONS = 20_000;

  private static FaultServer server;
  private static HttpTransport transport;
  @TempDir private static Path folder;
  private static volatile byte[] answer = new byte[0];
  private static int answers;
  private static final LongAdder splicedBytes = new LongAdder();

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
    assertTrue(splicedBytes.sum() > 0, "nothing was spliced");
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
            "\1Transfer-Encoding: chunked\r\n",
            "\2HTTP/1.1 206 Partial Content\r\nContent-Length: 12000\r\n\r\n" + body.repeat(300),
            "\2HTTP/1.1 206 Partial Content\r\nContent-Length: 12000\r\n\r\n" + body.repeat(240),
            "\2HTTP/1.1 206 Partial Content\r\nContent-Length: 12000\r\n\r\n" + body.repeat(310),
            "\2HTTP/1.1 206 Partial Content\r\n\r\n" + body.repeat(300),
            "\3Connection: close\r\n",
            "\3Content-Length: 11999\r\n",
            "\3Transfer-Encoding: chunked\r\n")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "5m")
  void noAnswerHangsLeaksOrGivesWrongBytes(byte[] data) throws Exception {
    boolean spliced = data.length > 0 && (data[0] & 2) != 0;
    int wanted = spliced ? SPLICED_BYTES : WANTED_BYTES;
    answer = answerOf(data, wanted);
    try {
      byte[] got = read("/fuzzed", wanted, spliced);
      assertArrayEquals(referenceBody(answer), got, "a reader got what is not the answer's body");
    } catch (ExecutionException e) {
      boolean named = e.getCause() instanceof IoFailure;
      assertEquals(true, named, "a failure without a name: " + e.getCause());
    }
    byte[] next = read("/right", wanted, spliced);
    assertArrayEquals(Arrays.copyOf(RIGHT, wanted), next, "the next reader got something else");
    if (++answers % ANSWERS_BETWEEN_COLLECTIONS == 0) {
      collect();
    }
  }

  /** Whoever needs longer than the deadline of five seconds hangs. */
  private static byte[] read(String target, int wanted, boolean spliced) throws Exception {
    if (spliced) {
      try (var into = new SplicedBytes(folder.resolve("spliced"), wanted)) {
        ask(target, wanted, into.buffer(), into).get(8, TimeUnit.SECONDS);
        return into.bytes();
      }
    }
    ByteBuffer into = ByteBuffer.allocateDirect(wanted);
    try {
      ask(target, wanted, into, new AnySuccess()).get(8, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      assertEquals(0, into.position());
      throw e;
    }
    byte[] got = new byte[wanted];
    into.get(0, got);
    return got;
  }

  private static CompletableFuture<Void> ask(
      String target, int wanted, ByteBuffer into, RangeCheck check) {
    HttpCall call =
        HttpCall.of("GET", HttpOrigin.parse(server.url()), target)
            .with("Range", "bytes=0-" + (wanted - 1));
    return transport.readInto(call, into, check, Deadline.after(Duration.ofSeconds(5)));
  }

  /** A file that a body is spliced into, and what came in between by way of a small buffer. */
  private static final class SplicedBytes extends AnySuccess
      implements SpliceTarget, AutoCloseable {
    private final Path path;
    private final int wanted;
    private final FileChannel channel;
    private final SpliceFile file;
    private final SplicePipe pipe = SplicePipe.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(512);
    private int come;

    SplicedBytes(Path path, int wanted) throws IOException {
      this.path = path;
      this.wanted = wanted;
      Files.deleteIfExists(path);
      channel = FileChannel.open(path, CREATE, WRITE);
      file = SpliceFile.open(path);
    }

    ByteBuffer buffer() {
      return buffer;
    }

    byte[] bytes() throws IOException {
      return Files.readAllBytes(path);
    }

    @Override
    public int wantedBytes(int bufferBytes) {
      return wanted;
    }

    @Override
    public SpliceTarget spliceTarget() {
      return this;
    }

    @Override
    public void arrived(int bytes) {
      put(come, buffer.slice(0, bytes - come));
      come = bytes;
    }

    @Override
    public void spliced(int bytes) {
      come = bytes;
    }

    @Override
    public int splice(int socket, long offset, int mostBytes) {
      int count = pipe.fill(socket, mostBytes);
      if (count > 0) {
        try {
          pipe.empty(file, offset);
          splicedBytes.add(count);
        } catch (PosixException e) {
          throw new UncheckedIOException(e);
        }
      }
      return count;
    }

    @Override
    public void put(long offset, ByteBuffer data) {
      try {
        channel.write(data, offset);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      pipe.close();
      file.close();
      channel.close();
    }
  }

  /** The input as it is, or as header lines of an answer that is right but for them. */
  private static byte[] answerOf(byte[] data, int wanted) {
    if (data.length == 0 || data[0] % 2 == 0) {
      return data.length == 0 ? data : Arrays.copyOfRange(data, 1, data.length);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("HTTP/1.1 206 Partial Content\r\n".getBytes(StandardCharsets.ISO_8859_1));
    out.write(data, 1, data.length - 1);
    out.writeBytes(
        ("Content-Length: " + wanted + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    out.write(RIGHT, 0, wanted);
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
