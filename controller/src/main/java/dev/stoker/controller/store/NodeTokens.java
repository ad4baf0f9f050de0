package dev.stoker.controller.store;

/**
 * The hashes of a node's bearer tokens: the newest, and the one that was shown when that was asked
 * for. Until the node used the newest, its answer may have got lost, so both are good.
 *
 * @param hash of the newest
 * @param expiresMillis when it ends, in milliseconds since 1970
 * @param previousHash of the other, or empty
 * @param previousExpiresMillis when that one ends
 */
public record NodeTokens(
    String hash, long expiresMillis, String previousHash, long previousExpiresMillis) {
  /** No token is good. */
  static final NodeTokens NONE = new NodeTokens("", 0, "", 0);

  /** A node's first token. */
  public static NodeTokens first(String hash, long expiresMillis) {
    return new NodeTokens(hash, expiresMillis, "", 0);
  }

  /** With a new token, asked for by one who showed a token that is good. */
  public NodeTokens renewed(String shownHash, String newHash, long newExpiresMillis) {
    long shownExpires = shownHash.equals(hash) ? expiresMillis : previousExpiresMillis;
    return new NodeTokens(newHash, newExpiresMillis, shownHash, shownExpires);
  }

  public boolean isGood(String shownHash, long nowMillis) {
    return (shownHash.equals(hash) && nowMillis < expiresMillis)
        || (shownHash.equals(previousHash) && nowMillis < previousExpiresMillis);
  }
}
