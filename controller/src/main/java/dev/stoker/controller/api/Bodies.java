package dev.stoker.controller.api;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Reads request bodies within bounds: each one's, and how many large ones there are at once. */
final class Bodies {
  private static final int LARGE_BYTES = 1 << 20;

  /** Of up to 16 MiB, each several times that once parsed. */
  private static final int LARGE_AT_ONCE = 3;

  private static final int LONGEST_WAIT_SECONDS = 10;

  private final Semaphore large = new Semaphore(LARGE_AT_ONCE);

  byte[] read(HttpExchange exchange, int limitBytes) throws IOException, InterruptedException {
    long declared = declaredLength(exchange);
    if (declared > limitBytes) {
      throw tooLarge(limitBytes);
    }
    InputStream in = exchange.getRequestBody();
    byte[] start = in.readNBytes(Math.min(LARGE_BYTES, limitBytes) + 1);
    if (start.length <= Math.min(LARGE_BYTES, limitBytes)) {
      return start;
    }
    if (limitBytes <= LARGE_BYTES) {
      throw tooLarge(limitBytes);
    }
    return readLarge(in, start, limitBytes);
  }

  private byte[] readLarge(InputStream in, byte[] start, int limitBytes)
      throws IOException, InterruptedException {
    if (!large.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new Problem(503, "The controller is reading other large requests; ask again.");
    }
    try {
      byte[] rest = in.readNBytes(limitBytes - start.length + 1);
      if (start.length + rest.length > limitBytes) {
        throw tooLarge(limitBytes);
      }
      byte[] all = new byte[start.length + rest.length];
      System.arraycopy(start, 0, all, 0, start.length);
      System.arraycopy(rest, 0, all, start.length, rest.length);
      return all;
    } finally {
      large.release();
    }
  }

  private static long declaredLength(HttpExchange exchange) {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      throw new Problem(400, "The Content-Length must be a whole number.");
    }
  }

  private static Problem tooLarge(int limitBytes) {
    return new Problem(413, "The body is too large; at most " + limitBytes + " bytes are read.");
  }
}
