package dev.stoker.controller.http;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A request as its handler sees it. For the request's thread only. */
public interface Incoming {
  /** Such as {@code GET}, as it came. */
  String method();

  /** What comes before any {@code ?}, still percent-encoded; begins with {@code /}. */
  String path();

  /** What comes behind the first {@code ?}, null where there is none. */
  @Nullable String query();

  /** The first header of a name, in any case; null where there is none. */
  @Nullable String header(String name);

  /** Who is at the other end of the connection. */
  InetAddress remote();

  /**
   * Reads the body; waits for it within the server's limits. To be called once.
   *
   * @throws Problem 413 when it is larger than that, 408 when it does not arrive in time, 503 when
   *     too many large ones are being read
   */
  byte[] body(int limitBytes) throws InterruptedException;
}
