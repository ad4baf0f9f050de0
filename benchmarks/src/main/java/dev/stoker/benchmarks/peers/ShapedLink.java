package dev.stoker.benchmarks.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A proxy on loopback that makes the way to an HTTP/1.1 server as long and as narrow as its {@link
 * LinkShape} says: Debian's kernel for small machines has no netem. Reads no more of HTTP than
 * where an answer begins and ends.
 *
 * <p>Each connection has three virtual threads: requests up, answers into the link, answers out of
 * it after their delay.
 */
final class ShapedLink implements AutoCloseable {
  private static final int CHUNK_BYTES = 32 << 10;

  /**
   * More than any delay times any rate that a connection has here: the link itself holds nothing
   * back.
   */
  private static final int CHUNKS_ON_THE_WAY = 1024;

  private final LinkShape shape;
  private final int serverPort;
  private final ServerSocket listener;
  private final Thread acceptor;
  private final LinkClock shared = new LinkClock();
  private final AtomicInteger answersUnderWay = new AtomicInteger();
  private final LongAdder deliveredBytes = new LongAdder();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private record Chunk(ByteBuffer bytes, long dueNanos) {}

  ShapedLink(LinkShape shape, int serverPort) {
    this.shape = shape;
    this.serverPort = serverPort;
    try {
      listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    acceptor = Thread.ofPlatform().name("link-acceptor").daemon().start(this::accept);
  }

  /** {@code http://127.0.0.1:PORT}, without a slash at its end. */
  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** All that came from the server so far, heads included. */
  long deliveredBytes() {
    return deliveredBytes.sum();
  }

  private long halfWayNanos() {
    return (long) (shape.roundTripMillis() * 500_000);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Thread.ofVirtual().name("link-connection").start(() -> connect(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    LinkClock.sleepUntil(System.nanoTime() + 2 * halfWayNanos()); // the handshake's round trip
    try {
      Socket server = new Socket();
      open.add(server);
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort), 5_000);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      BlockingQueue<Chunk> onTheWay = new ArrayBlockingQueue<>(CHUNKS_ON_THE_WAY);
      Thread.ofVirtual().name("link-up").start(() -> passRequests(client, server));
      Thread.ofVirtual().name("link-out").start(() -> deliver(onTheWay, client, server));
      passAnswers(client, server, onTheWay);
    } catch (IOException e) {
      end(client);
    }
  }

  private void passRequests(Socket client, Socket server) {
    byte[] buffer = new byte[CHUNK_BYTES];
    try {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        LinkClock.sleepUntil(System.nanoTime() + halfWayNanos());
        out.write(buffer, 0, n);
      }
    } catch (IOException gone) {
      // The other direction notices, too.
    }
    end(client);
    end(server);
  }

  private void passAnswers(Socket client, Socket server, BlockingQueue<Chunk> onTheWay) {
    LinkClock own = new LinkClock();
    long left = 0;
    boolean underWay = false;
    try {
      InputStream in = server.getInputStream();
      while (true) {
        byte[] bytes = new byte[CHUNK_BYTES];
        int n = in.read(bytes);
        if (n <= 0) {
          break;
        }
        if (left == 0) {
          left = answerBytes(bytes, n);
          underWay = true;
          answersUnderWay.incrementAndGet();
          if (ThreadLocalRandom.current().nextDouble() < shape.heldShare()) {
            LinkClock.sleepUntil(System.nanoTime() + shape.heldMillis() * 1_000_000);
          }
        }
        own.pass(n, shape.bytesPerSecondEach());
        shared.pass(n, shape.bytesPerSecond(answersUnderWay.get()));
        left -= n;
        if (left <= 0) {
          left = 0;
          underWay = false;
          answersUnderWay.decrementAndGet();
        }
        onTheWay.put(new Chunk(ByteBuffer.wrap(bytes, 0, n), System.nanoTime() + halfWayNanos()));
      }
    } catch (IOException gone) {
      // A client that canceled, or a server that ended.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (underWay) {
        answersUnderWay.decrementAndGet();
      }
      end(client);
      end(server);
      boolean _ = onTheWay.offer(new Chunk(ByteBuffer.allocate(0), 0));
    }
  }

  private void deliver(BlockingQueue<Chunk> onTheWay, Socket client, Socket server) {
    try {
      OutputStream out = client.getOutputStream();
      for (Chunk chunk = onTheWay.take(); chunk.bytes().hasRemaining(); chunk = onTheWay.take()) {
        LinkClock.sleepUntil(chunk.dueNanos());
        int length = chunk.bytes().remaining();
        out.write(chunk.bytes().array(), 0, length);
        deliveredBytes.add(length);
      }
    } catch (IOException gone) {
      // A client that canceled.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    end(client);
    end(server);
    onTheWay.clear(); // who waits to put sees the closed socket next
  }

  /**
   * Head and body of the answer that begins here; its head is there whole, since servers send it at
   * once.
   */
  private static long answerBytes(byte[] bytes, int length) throws IOException {
    String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IOException("The server sent its head in pieces.");
    }
    String head = text.substring(0, end + 2).toLowerCase(Locale.ROOT);
    String field = "\r\ncontent-length:";
    int at = head.indexOf(field);
    long body =
        at < 0
            ? 0
            : Long.parseLong(
                head.substring(at + field.length(), head.indexOf('\r', at + 2)).strip());
    return end + 4 + body;
  }

  private void end(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // Then it is closed.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      acceptor.join(5_000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    open.forEach(this::end);
  }
}
