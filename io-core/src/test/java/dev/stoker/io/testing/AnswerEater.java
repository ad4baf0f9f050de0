package dev.stoker.io.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy that swallows answers: the request reaches the server and takes effect, and the
 * client's connection is closed without a word of it.
 */
public final class AnswerEater implements AutoCloseable {
  private final ServerSocket listener;
  private final int serverPort;
  private final String requestMark;
  private final AtomicInteger toEat;
  private final AtomicInteger eaten = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("answer-eater-", 0).factory());

  /**
   * @param serverPort of a server on the loopback address
   * @param requestMark text in the head of the requests whose answers are lost
   * @param count how many answers are lost before all come through
   */
  public AnswerEater(int serverPort, String requestMark, int count) throws IOException {
    this.serverPort = serverPort;
    this.requestMark = requestMark;
    this.toEat = new AtomicInteger(count);
    this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** How many answers were lost so far. */
  public int eaten() {
    return eaten.get();
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket();
        open.add(client);
        open.add(server);
        server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort), 5_000);
        Connection connection = new Connection(client, server);
        threads.execute(connection::forwardRequests);
        threads.execute(connection::forwardAnswers);
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private final class Connection {
    private final Socket client;
    private final Socket server;
    private volatile boolean marked;

    Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void forwardRequests() {
      byte[] buffer = new byte[64 << 10];
      try (Socket from = client;
          Socket to = server) {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (new String(buffer, 0, n, ISO_8859_1).contains(requestMark)) {
            marked = true;
          }
          out.write(buffer, 0, n);
        }
      } catch (IOException e) {
        // One side hung up; so do we.
      }
    }

    void forwardAnswers() {
      byte[] buffer = new byte[64 << 10];
      try (Socket from = server;
          Socket to = client) {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (marked && toEat.getAndDecrement() > 0) {
            eaten.incrementAndGet();
            return;
          }
          marked = false;
          out.write(buffer, 0, n);
        }
      } catch (IOException e) {
        // One side hung up; so do we.
      }
    }
  }
}
