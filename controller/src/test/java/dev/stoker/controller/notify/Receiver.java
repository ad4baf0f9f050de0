package dev.stoker.controller.notify;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes webhooks on a real socket, and answers as a test says. */
public final class Receiver implements AutoCloseable {
  private final HttpServer server;

  /** Statuses of the next answers; 200 when there are none, no answer at all for 0. */
  public final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();

  private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();

  /** What came. */
  public record Got(String body, String delivery, String signature) {}

  public Receiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::take);
    server.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook?key=SECRET");
  }

  private void take(HttpExchange call) throws IOException {
    got.add(
        new Got(
            new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
            call.getRequestHeaders().getFirst("Stoker-Delivery"),
            String.valueOf(call.getRequestHeaders().getFirst("Stoker-Signature"))));
    Integer status = answers.poll();
    if (status == null || status > 0) {
      call.sendResponseHeaders(status == null ? 200 : status, -1);
      call.close();
    } // else it hangs until the caller gives up, or is gone
  }

  /** The next one, waited for. */
  public Got next() throws InterruptedException {
    Got next = got.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("Nothing came.");
    }
    return next;
  }

  public boolean isEmpty() {
    return got.isEmpty();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
