package dev.stoker.controller.notify;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Posts one JSON body over HTTP/1.1 to an address that was judged before, and reads the status.
 * Java's client looks names up by itself, after the judgement; this one connects to what was
 * judged, and still holds the certificate to the name. Follows no redirect.
 */
final class WebPost {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 10_000;

  /** For a receiver that sends its answer byte by byte. */
  private static final Duration LONGEST = Duration.ofSeconds(15);

  private static final int LONGEST_STATUS_LINE = 1_000;

  private final SSLContext tls;

  WebPost(SSLContext tls) {
    this.tls = tls;
  }

  /** The answer's status. */
  int post(URI url, InetAddress address, Map<String, String> headers, String body)
      throws IOException {
    boolean secure = "https".equals(url.getScheme());
    int port = url.getPort() > 0 ? url.getPort() : secure ? 443 : 80;
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
      plain.setSoTimeout(READ_MILLIS);
      if (!secure) {
        return exchange(plain, url, headers, body);
      }
      try (SSLSocket wrapped =
          (SSLSocket) tls.getSocketFactory().createSocket(plain, url.getHost(), port, true)) {
        SSLParameters parameters = wrapped.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (!url.getHost().matches("[0-9.]+|\\[.*")) {
          parameters.setServerNames(List.of(new SNIHostName(url.getHost())));
        }
        wrapped.setSSLParameters(parameters);
        wrapped.setSoTimeout(READ_MILLIS);
        wrapped.startHandshake();
        return exchange(wrapped, url, headers, body);
      }
    }
  }

  private static int exchange(Socket socket, URI url, Map<String, String> headers, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    var head = new StringBuilder();
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    head.append("POST ").append(path).append(query).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(url.getRawAuthority()).append("\r\n");
    head.append("Content-Type: application/json\r\nConnection: close\r\n");
    head.append("Content-Length: ").append(bytes.length).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("\r\n");
    OutputStream out = socket.getOutputStream();
    out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
    out.write(bytes);
    out.flush();
    return status(socket.getInputStream());
  }

  private static int status(InputStream in) throws IOException {
    long endNanos = System.nanoTime() + LONGEST.toNanos();
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (line.size() > LONGEST_STATUS_LINE || System.nanoTime() > endNanos) {
        throw new IOException("it answers no HTTP");
      }
      line.write(next);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    if (!text.matches("(?s)HTTP/1\\.[01] [1-5][0-9][0-9].*")) {
      throw new IOException("it answers no HTTP");
    }
    return Integer.parseInt(text.substring(9, 12));
  }
}
