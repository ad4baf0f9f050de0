package dev.stoker.benchmarks.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection of a simulated agent to a controller, kept open, with one request on its
 * way at most. Opened again by the next request when either side closed it. Belongs to its {@link
 * LoadLoop}'s thread.
 */
final class WireChannel {
  private static final long LONGEST_ANSWER_NANOS = Duration.ofSeconds(60).toNanos();
  private static final int CONNECT_MILLIS = 5_000;
  private static final String LENGTH = "\r\ncontent-length:";
  private static final byte[] NOTHING = {};

  private final LoadLoop loop;
  private final URI url;
  private @Nullable SocketChannel socket;
  private byte[] arrived = NOTHING;
  private @Nullable Call call;

  private record Call(String path, long startNanos, Consumer<String> then, Failed otherwise) {}

  /** What to do when a call was not answered 200. */
  @FunctionalInterface
  interface Failed {
    void because(IOException reason);
  }

  WireChannel(LoadLoop loop, URI url) {
    this.loop = loop;
    this.url = url;
    loop.watch(this);
  }

  /**
   * Posts a body; one of the two is called later, or at once where the controller cannot be
   * reached.
   *
   * @param token null for none
   * @param then takes the body of an answer of status 200
   */
  void post(
      String path, @Nullable String token, String body, Consumer<String> then, Failed otherwise) {
    call = new Call(path, System.nanoTime(), then, otherwise);
    String authorization = token == null ? "" : "\r\nAuthorization: Bearer " + token;
    // Bodies are ASCII, so a letter is a byte.
    String request =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: "
            + url.getAuthority()
            + "\r\nContent-Type: application/json"
            + authorization
            + "\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    try {
      ByteBuffer buffer = loop.buffer();
      buffer.put(request.getBytes(ISO_8859_1)).flip();
      SocketChannel to = open();
      to.write(buffer);
      if (buffer.hasRemaining()) {
        throw new IOException("The controller does not take a request of some hundred bytes.");
      }
    } catch (IOException e) {
      fail(e);
    }
  }

  private SocketChannel open() throws IOException {
    SocketChannel known = socket;
    if (known != null) {
      return known;
    }
    SocketChannel fresh = SocketChannel.open();
    try {
      fresh.setOption(StandardSocketOptions.TCP_NODELAY, true);
      fresh.socket().connect(new InetSocketAddress(url.getHost(), url.getPort()), CONNECT_MILLIS);
      fresh.configureBlocking(false);
      fresh.register(loop.selector(), SelectionKey.OP_READ, this);
    } catch (IOException e) {
      fresh.close();
      throw e;
    }
    socket = fresh;
    return fresh;
  }

  /** Takes what arrived; an answer that is whole goes to whoever waits for it. */
  void read() {
    SocketChannel from = socket;
    if (from == null) {
      return;
    }
    try {
      ByteBuffer buffer = loop.buffer();
      int count = from.read(buffer);
      if (count < 0) {
        fail(new IOException("The controller closed the connection."));
        return;
      }
      int before = arrived.length;
      arrived = Arrays.copyOf(arrived, before + count);
      buffer.flip().get(arrived, before, count);
      answer();
    } catch (IOException e) {
      fail(e);
    }
  }

  private void answer() throws IOException {
    String text = new String(arrived, ISO_8859_1);
    int headEnd = text.indexOf("\r\n\r\n");
    if (headEnd < 0) {
      return;
    }
    String head = text.substring(0, headEnd + 2);
    int bodyStart = headEnd + 4;
    int length = contentLength(head);
    if (arrived.length < bodyStart + length) {
      return;
    }
    Call answered = call;
    if (answered == null || arrived.length > bodyStart + length) {
      throw new IOException("The controller sent more than an answer.");
    }
    String body = new String(arrived, bodyStart, length, UTF_8);
    arrived = NOTHING;
    call = null;
    if (head.startsWith("HTTP/1.1 200")) {
      answered.then.accept(body);
    } else {
      String status = head.substring(0, head.indexOf('\r'));
      answered.otherwise.because(
          new IOException(answered.path + " answered " + status + ": " + body));
    }
  }

  private static int contentLength(String head) throws IOException {
    int at = head.indexOf("\r\nContent-Length:");
    if (at < 0) {
      at = head.toLowerCase(Locale.ROOT).indexOf(LENGTH);
    }
    if (at < 0) {
      throw new IOException("An answer has no Content-Length.");
    }
    int from = at + LENGTH.length();
    return Integer.parseInt(head.substring(from, head.indexOf('\r', from)).strip());
  }

  /** Ends a call that had no answer for too long. */
  void endIfLate() {
    Call late = call;
    if (late != null && System.nanoTime() - late.startNanos > LONGEST_ANSWER_NANOS) {
      fail(new IOException(late.path + " was not answered."));
    }
  }

  private void fail(IOException reason) {
    close();
    Call failed = call;
    call = null;
    if (failed != null) {
      failed.otherwise.because(reason);
    }
  }

  /** Closes the connection; who waits for an answer is not told. */
  void close() {
    SocketChannel open = socket;
    socket = null;
    arrived = NOTHING;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
