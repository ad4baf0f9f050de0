package dev.stoker.benchmarks.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.protocol.Wire;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to a controller, kept open. A client of some dozens of lines: thousands
 * of agents and the controller share two cores, and the agents' part of them is not what is
 * measured. Not thread-safe.
 */
final class WireConnection implements AutoCloseable {
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(60);
  private static final int CONNECT_MILLIS = 5_000;

  private final URI url;
  private @Nullable Socket socket;
  private @Nullable InputStream in;
  private @Nullable OutputStream out;

  WireConnection(URI url) {
    this.url = url;
  }

  /**
   * Posts a body and returns what was answered.
   *
   * @throws IOException also for an answer that is not 200
   */
  JsonNode post(String path, @Nullable String token, Object body) throws IOException {
    byte[] json = Wire.mapper().writeValueAsBytes(body);
    String authorization = token == null ? "" : "Authorization: Bearer " + token + "\r\n";
    String head =
        "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(path, url.getAuthority(), authorization, json.length);
    byte[] request = new byte[head.length() + json.length];
    System.arraycopy(head.getBytes(ISO_8859_1), 0, request, 0, head.length());
    System.arraycopy(json, 0, request, head.length(), json.length);
    try {
      OutputStream to = open();
      to.write(request);
      to.flush();
      return answer(path);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private OutputStream open() throws IOException {
    OutputStream known = out;
    if (known != null) {
      return known;
    }
    var fresh = new Socket();
    fresh.setTcpNoDelay(true);
    fresh.setSoTimeout((int) LONGEST_ANSWER.toMillis());
    fresh.connect(new InetSocketAddress(url.getHost(), url.getPort()), CONNECT_MILLIS);
    socket = fresh;
    in = new BufferedInputStream(fresh.getInputStream(), 4_096);
    out = fresh.getOutputStream();
    return fresh.getOutputStream();
  }

  private JsonNode answer(String path) throws IOException {
    String status = line();
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring("content-length:".length()).strip());
      }
    }
    byte[] body = input().readNBytes(length);
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException(path + " answered " + status + ": " + new String(body, ISO_8859_1));
    }
    return Wire.mapper().readTree(body);
  }

  private String line() throws IOException {
    var line = new StringBuilder(64);
    for (int c = input().read(); c != '\n'; c = input().read()) {
      if (c < 0) {
        throw new EOFException("The controller closed the connection.");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private InputStream input() throws IOException {
    InputStream known = in;
    if (known == null) {
      throw new IOException("The connection is closed.");
    }
    return known;
  }

  @Override
  public void close() {
    Socket open = socket;
    socket = null;
    in = null;
    out = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
