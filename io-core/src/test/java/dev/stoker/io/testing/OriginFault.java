package dev.stoker.io.testing;

import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.util.Arrays;

/** Every way in which an origin answers a range request wrongly, or not at all. */
@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
public enum OriginFault {
  FORBIDDEN(IoFailure.Denied.class),
  NOT_FOUND(IoFailure.NotFound.class),
  PRECONDITION_FAILED(IoFailure.Changed.class),
  RANGE_NOT_SATISFIABLE(IoFailure.Changed.class),
  TOO_MANY_REQUESTS(null),
  SERVER_ERROR(null),
  UNAVAILABLE(null),
  RESET(null),
  HALF_A_BODY(null),
  WRONG_RANGE(null),
  WRONG_LENGTH(null),
  TRICKLE(IoFailure.TimedOut.class),
  HANG(IoFailure.TimedOut.class),
  CHANGED_TAG(IoFailure.Changed.class),
  CHANGED_BEHIND_A_DEAF_SERVER(IoFailure.Changed.class),
  GARBAGE(null),
  WHOLE_FILE_FOR_A_RANGE(IoFailure.Invalid.class);

  /** What a reader hears of it if it stays; null where a retry reads on. */
  public final Class<? extends IoFailure> named;

  OriginFault(Class<? extends IoFailure> named) {
    this.named = named;
  }

  /** Answers so to a request for a part of {@code content}, whose right validator is given. */
  public void play(FaultServer.Request request, FaultServer.Peer peer, byte[] content, String etag)
      throws IOException, InterruptedException {
    long start = request.rangeStart();
    long end = request.rangeEnd(content.length);
    String right =
        "HTTP/1.1 206 Partial Content\r\nETag: "
            + etag
            + "\r\nContent-Range: bytes "
            + start
            + "-"
            + (end - 1)
            + "/"
            + content.length
            + "\r\nContent-Length: "
            + (end - start)
            + "\r\n\r\n";
    byte[] body = Arrays.copyOfRange(content, (int) start, (int) end);
    byte[] other = body.clone(); // another version, or another place: no reader may see it
    for (int i = 0; i < other.length; i++) {
      other[i] ^= 0x55;
    }
    switch (this) {
      case FORBIDDEN -> peer.sendStatus(403, "");
      case NOT_FOUND -> peer.sendStatus(404, "");
      case PRECONDITION_FAILED -> peer.sendStatus(412, "");
      case RANGE_NOT_SATISFIABLE -> peer.sendStatus(416, "");
      case TOO_MANY_REQUESTS -> peer.sendStatus(429, "Retry-After: 0\r\n");
      case SERVER_ERROR -> peer.sendStatus(500, "");
      case UNAVAILABLE -> peer.sendStatus(503, "");
      case RESET -> {
        peer.send(right);
        peer.reset();
      }
      case HALF_A_BODY -> {
        peer.send(right);
        peer.send(Arrays.copyOf(body, body.length / 2));
        peer.close();
      }
      case WRONG_RANGE -> {
        peer.send(right.replace("bytes " + start, "bytes " + (start + 1)));
        peer.send(other);
      }
      case WRONG_LENGTH -> {
        peer.send(right.replace("Length: " + (end - start), "Length: " + (end - start - 1)));
        peer.send(Arrays.copyOf(body, body.length - 1));
      }
      case TRICKLE -> {
        peer.send(right);
        peer.send(Arrays.copyOf(body, 1000));
        peer.hang();
      }
      case HANG -> peer.hang();
      case CHANGED_TAG -> {
        peer.send(right.replace(etag, "\"v2\""));
        peer.send(other);
      }
      case CHANGED_BEHIND_A_DEAF_SERVER -> {
        peer.send(right.replace("/" + content.length, "/" + (content.length + 5)));
        peer.send(other);
      }
      case GARBAGE -> {
        peer.send("HTP/1.1 OK whatever\r\n\r\n");
        peer.close();
      }
      case WHOLE_FILE_FOR_A_RANGE -> {
        peer.send(
            "HTTP/1.1 200 OK\r\nETag: "
                + etag
                + "\r\nContent-Length: "
                + content.length
                + "\r\n\r\n");
        peer.send(content);
      }
    }
  }
}
