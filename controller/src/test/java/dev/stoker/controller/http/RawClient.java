package dev.stoker.controller.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A connection on which a test sends what it likes. */
final class RawClient implements AutoCloseable {
  private final Socket socket = new Socket();
  private final InputStream in;

  record Reply(int status, Map<String, String> headers, String body) {}

  RawClient(InetSocketAddress server) throws IOException {
    socket.connect(server, 5_000);
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  void sendInPieces(CharSequence text, Random random) {
    try {
      for (int at = 0; at < text.length(); ) {
        int length = Math.min(text.length() - at, random.nextInt(1, 20_000));
        send(text.subSequence(at, at + length).toString());
        at += length;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Reply answer() throws IOException {
    int status = Integer.parseInt(line().substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
    Map<String, String> headers = new TreeMap<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    boolean chunked = headers.containsKey("transfer-encoding");
    String body =
        chunked ? chunks() : text(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    return new Reply(status, headers, body);
  }

  private String chunks() throws IOException {
    var body = new StringBuilder();
    for (int size = size(); size > 0; size = size()) {
      body.append(text(size));
      line();
    }
    line();
    return body.toString();
  }

  private int size() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private String text(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("after " + bytes.length + " of " + length + " bytes");
    }
    return new String(bytes, ISO_8859_1);
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("after '" + line.toString(ISO_8859_1) + "'");
      }
      line.write(c);
    }
    return line.toString(ISO_8859_1).strip();
  }

  /** What is there now; waits for the first byte. */
  String readPiece() throws IOException {
    byte[] bytes = new byte[64 << 10];
    var all = new StringBuilder();
    do {
      int count = in.read(bytes);
      if (count < 0) {
        return all.toString();
      }
      all.append(new String(bytes, 0, count, ISO_8859_1));
    } while (!all.toString().contains("\n\n"));
    return all.toString();
  }

  /** Nothing more comes. */
  void endSending() throws IOException {
    socket.shutdownOutput();
  }

  /** Everything until the server closes. */
  String readSome() throws IOException {
    var all = new ByteArrayOutputStream();
    byte[] bytes = new byte[8 << 10];
    try {
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        all.write(bytes, 0, count);
      }
    } catch (IOException e) {
      // Cut off: what came is what came.
    }
    return all.toString(ISO_8859_1);
  }

  /** Goes without a word. */
  void leave() throws IOException {
    socket.close();
  }

  boolean isClosed() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
