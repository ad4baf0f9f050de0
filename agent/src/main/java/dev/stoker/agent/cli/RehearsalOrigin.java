package dev.stoker.agent.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An origin on loopback for a rehearsal: files that are served in ranges, with an index page in
 * nginx's manner, and as blobs of a container that swallows what is put into it. It knows just what
 * the rehearsed commands ask; it is no test server.
 */
final class RehearsalOrigin implements AutoCloseable {
  /** What an unreachable client may keep a handler from. */
  private static final int BACKLOG = 64;

  private static final String MODIFIED = "Sun, 22 Nov 2026 10:00:00 GMT";
  private static final String TAG = "\"rehearsal\"";

  private final Map<String, byte[]> files = new TreeMap<>();
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  /** Serves one file of {@code largeBytes} and some small ones. */
  RehearsalOrigin(int smallFiles, int smallBytes, int largeBytes) throws IOException {
    for (int i = 0; i < smallFiles; i++) {
      files.put("small-" + i, new byte[smallBytes]);
    }
    files.put("large", new byte[largeBytes]);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    server.setExecutor(handlers);
    server.createContext("/", this::answer);
    server.start();
  }

  /** The files as a tree of a range server. */
  String tree() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/tree/";
  }

  /** The files, by name. */
  Map<String, byte[]> files() {
    return files;
  }

  /** The files as a container of an emulator. */
  String container() {
    return "blob+http://127.0.0.1:" + server.getAddress().getPort() + "/account/container/";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("ETag", TAG);
      exchange.getResponseHeaders().set("Last-Modified", MODIFIED);
      String path = exchange.getRequestURI().getPath();
      String query = exchange.getRequestURI().getQuery();
      if (exchange.getRequestMethod().equals("PUT")) {
        exchange.sendResponseHeaders(201, -1);
      } else if (query != null && query.contains("comp=list")) {
        send(exchange, "application/xml", listing());
      } else if (path.equals("/tree/")) {
        send(exchange, "text/html", index());
      } else {
        send(exchange, files.get(path.substring(path.lastIndexOf('/') + 1)));
      }
    }
  }

  private static void send(HttpExchange exchange, String type, String text) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  private static void send(HttpExchange exchange, byte @Nullable [] file) throws IOException {
    if (file == null) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null || exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(file.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    String[] bounds = range.substring("bytes=".length()).split("-", -1);
    int from = Integer.parseInt(bounds[0]);
    int to = Integer.parseInt(bounds[1]);
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes %d-%d/%d".formatted(from, to, file.length));
    exchange.sendResponseHeaders(206, to - from + 1);
    try (OutputStream body = exchange.getResponseBody()) {
      body.write(file, from, to - from + 1);
    }
  }

  private String index() {
    StringBuilder page = new StringBuilder("<html><body><pre>\n");
    files.forEach(
        (name, content) ->
            page.append(
                "<a href=\"%1$s\">%1$s</a>   22-Nov-2026 10:00   %2$d\n"
                    .formatted(name, content.length)));
    return page.append("</pre></body></html>").toString();
  }

  private String listing() {
    StringBuilder page = new StringBuilder("<EnumerationResults><Blobs>");
    files.forEach(
        (name, content) ->
            page.append(
                """
                <Blob><Name>%s</Name><Properties><Last-Modified>%s</Last-Modified>\
                <Etag>rehearsal</Etag><Content-Length>%d</Content-Length></Properties></Blob>\
                """
                    .formatted(name, MODIFIED, content.length)));
    return page.append("</Blobs><NextMarker/></EnumerationResults>").toString();
  }

  @Override
  public void close() {
    server.stop(0);
    handlers.close();
  }
}
