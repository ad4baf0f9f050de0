package dev.stoker.io.source.blob;

import java.time.Instant;

/**
 * A bearer token.
 *
 * @param value never printed
 * @param expires when it stops being accepted
 */
record AccessToken(String value, Instant expires) {
  @Override
  public String toString() {
    return "a token until " + expires;
  }
}
