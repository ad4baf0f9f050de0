package dev.stoker.io.source.blob;

import dev.stoker.io.net.HttpCall;

/**
 * A shared access signature.
 *
 * @param token query parameters without {@code ?}; never printed
 * @param where it came from, for messages
 */
record SasAuth(String token, String where) implements BlobAuth {
  SasAuth {
    token = token.startsWith("?") ? token.substring(1) : token;
  }

  @Override
  public HttpCall authorize(HttpCall call) {
    String target = call.target();
    return call.withTarget(target + (target.indexOf('?') < 0 ? '?' : '&') + token);
  }

  @Override
  public String identity() {
    return "the shared access signature " + where;
  }

  @Override
  public String toString() {
    return identity();
  }
}
