package dev.stoker.io.testing;

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

/**
 * A forward proxy as companies have them: understands CONNECT, asks for a password if told to, and
 * leads every name to one port of this machine, so that tests need no DNS.
 */
@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
public final class ConnectProxy implements AutoCloseable {
  private final ServerSocket server;
  private final int upstreamPort;
  private final String authorization;
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;

  private ConnectProxy(ServerSocket server, int upstreamPort, String authorization) {
    this.server = server;
    this.upstreamPort = upstreamPort;
    this.authorization = authorization;
    this.acceptor = Thread.ofVirtual().name("proxy accept").start(this::accept);
  }

  /**
   * Starts one.
   *
   * @param upstreamPort where every tunnel leads, on loopback
   * @param authorization what {@code Proxy-Authorization} must be; empty for anybody
   */
  public static ConnectProxy start(int upstreamPort, String authorization) {
    try {
      return new ConnectProxy(
          new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), upstreamPort, authorization);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  /** The heads of all requests so far. */
  public Queue<String> asked() {
    return asked;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        open.add(client);
        Thread.ofVirtual().name("proxy").start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      asked.add(head);
      OutputStream out = client.getOutputStream();
      boolean known =
          authorization.isEmpty()
              || head.contains("Proxy-Authorization: " + authorization + "\r\n");
      if (!head.startsWith("CONNECT ") || !known) {
        out.write(
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1));
        return;
      }
      try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), upstreamPort)) {
        open.add(upstream);
        out.write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        Thread back = Thread.ofVirtual().start(() -> pump(upstream, client));
        pump(client, upstream);
        back.join();
      }
    } catch (IOException | InterruptedException e) {
      // One side went away: so does the tunnel.
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // The other direction notices too.
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
      acceptor.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
