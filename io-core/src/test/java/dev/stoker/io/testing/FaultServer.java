package dev.stoker.io.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/**
 * A server on raw sockets that does as it is told: right answers or any kind of wrong one. The
 * script is asked at each request, on that connection's own thread.
 */
@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
public final class FaultServer implements AutoCloseable {
  /** Answers one request by writing whatever it likes. */
  @FunctionalInterface
  public interface Script {
    void answer(Request request, Peer peer) throws IOException, InterruptedException;
  }

  /** What was asked: request line and header lines as they came. */
  public record Request(String method, String target, String head) {
    /** The value of a header field, or the empty string. */
    public String header(String name) {
      return head.lines()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }

    /** First byte of the range that was asked for; 0 without one. */
    public long rangeStart() {
      String range = header("Range");
      return range.isEmpty() ? 0 : Long.parseLong(range.substring(6, range.indexOf('-')));
    }

    /** One past the last byte asked for; {@code whole} without a range. */
    public long rangeEnd(long whole) {
      String range = header("Range");
      return range.isEmpty()
          ? whole
          : Math.min(whole, Long.parseLong(range.substring(range.indexOf('-') + 1)) + 1);
    }
  }

  /** The other end. */
  public final class Peer {
    private final Socket socket;

    private Peer(Socket socket) {
      this.socket = socket;
    }

    public void send(String text) throws IOException {
      send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public void send(byte[] bytes) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
    }

    /** A right answer to a range request for {@code content}. */
    public void sendRange(Request request, byte[] content, String etag) throws IOException {
      int start = (int) request.rangeStart();
      int end = (int) request.rangeEnd(content.length);
      boolean partial = !request.header("Range").isEmpty();
      send(
          (partial
                  ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\n"
                      .formatted(start, end - 1, content.length)
                  : "HTTP/1.1 200 OK\r\n")
              + "Accept-Ranges: bytes\r\nETag: "
              + etag
              + "\r\nContent-Length: "
              + (end - start)
              + "\r\n\r\n");
      if (!request.method().equals("HEAD")) {
        send(java.util.Arrays.copyOfRange(content, start, end));
      }
    }

    /** A small answer with that status and more header lines, each ended by CR LF. */
    public void sendStatus(int status, String headers) throws IOException {
      send("HTTP/1.1 " + status + " Scripted\r\n" + headers + "Content-Length: 0\r\n\r\n");
    }

    /** Closes with a reset, not with an end. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    public void close() throws IOException {
      socket.close();
    }

    /** Says nothing until the server is closed. */
    public void hang() throws InterruptedException {
      closing.await();
    }
  }

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Script script;

  private FaultServer(ServerSocket listener, Script script) {
    this.listener = listener;
    this.script = script;
  }

  public static FaultServer start(Script script) {
    try {
      FaultServer server =
          new FaultServer(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), script);
      server.thread(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void script(Script next) {
    script = next;
  }

  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** All requests so far. */
  public Queue<Request> requests() {
    return requests;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        thread(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      Peer peer = new Peer(socket);
      while (true) {
        Request request = read(in);
        if (request == null) {
          return;
        }
        requests.add(request);
        script.answer(request, peer);
      }
    } catch (IOException gone) {
      // The client closed, or the script did.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(socket);
    }
  }

  private static Request read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        return null;
      }
      head.write(b);
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    String[] words = text.substring(0, text.indexOf('\r')).split(" ", -1);
    Request request = new Request(words[0], words[1], text.substring(text.indexOf('\n') + 1));
    String length = request.header("Content-Length");
    if (!length.isEmpty()) {
      in.skipNBytes(Long.parseLong(length));
    }
    return request;
  }

  private void thread(Runnable work) {
    Thread thread = Thread.ofVirtual().name("fault-server").unstarted(work);
    threads.add(thread);
    thread.start();
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
      for (Thread thread : threads) {
        thread.join(2_000);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
