package dev.stoker.controller.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** What a handler gives back. */
public sealed interface Answer {

  /**
   * An answer that is there.
   *
   * @param headers beside Content-Type, Content-Length, Date and Connection
   * @param body becomes the server's; not to be changed any more
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Whole(int status, String contentType, Map<String, String> headers, byte[] body)
      implements Answer {
    public Whole {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * An answer that comes bit by bit: the head goes out at once, then the body is written on the
   * request's thread. It ends when {@code body} returns; when it throws, the connection is cut, so
   * that nobody takes the part for the whole.
   */
  record Stream(int status, String contentType, Map<String, String> headers, Body body)
      implements Answer {
    public Stream {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * An answer that is not there yet; until it is, no thread waits for it.
   *
   * @param ready completes when there is something to say, in whatever way; who gives it bounds the
   *     wait. It is cancelled when the caller leaves or the server stops
   * @param then run on a thread of the request's own after that, but not after a cancellation
   */
  record Later(CompletableFuture<?> ready, Callable<Answer> then) implements Answer {}

  /** Writes the body of a {@link Stream}. */
  @FunctionalInterface
  interface Body {
    /**
     * Called once; may wait. The thread is interrupted when the caller leaves or the server stops.
     *
     * @throws IOException what the outlet threw
     */
    void writeTo(Outlet outlet) throws IOException, InterruptedException;
  }

  /** A refusal in one sentence, which must need no escaping in JSON. */
  static Whole refusal(int status, String sentence) {
    byte[] body = ("{\"error\":\"" + sentence + "\"}").getBytes(UTF_8);
    return new Whole(status, "application/json", Map.of("Cache-Control", "no-store"), body);
  }
}
