package dev.stoker.controller.api;

import dev.stoker.controller.dispatch.Names;
import dev.stoker.controller.dispatch.NodeDesk;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells who calls, from the bearer token, and refuses whom it does not know. */
final class Access {
  private static final String SCHEME = "Bearer ";

  private final ControllerSettings.@Nullable Tokens tokens;
  private final boolean loopbackOnly;
  private final NodeDesk nodes;

  Access(ControllerSettings settings, NodeDesk nodes) {
    tokens = settings.tokens();
    loopbackOnly = settings.listen().getAddress().isLoopbackAddress();
    this.nodes = nodes;
  }

  /**
   * @throws Problem 401 when a token is needed and missing or unknown
   */
  Caller identify(@Nullable String authorization, @Nullable String host) {
    String token = token(authorization);
    Optional<String> node = token.isEmpty() ? Optional.empty() : nodes.authenticate(token);
    if (node.isPresent()) {
      return new Caller.Node(node.get());
    }
    if (tokens == null) {
      refuseForeignHost(host);
      return new Caller.Anyone();
    }
    if (token.isEmpty()) {
      throw new Problem(
          401, "This controller asks for a token; give one with --token-file or STOKER_TOKEN.");
    }
    if (same(token, tokens.user())) {
      return new Caller.User();
    }
    if (same(token, tokens.join())) {
      return new Caller.Joiner();
    }
    if (nodes.catchUp()) {
      node = nodes.authenticate(token);
      if (node.isPresent()) {
        return new Caller.Node(node.get());
      }
    }
    throw new Problem(
        401, "The token is not known here; ask for a new one, or register the node anew.");
  }

  /**
   * A web page anywhere can make a browser call this machine under the page's own name (DNS
   * rebinding); open access is for callers that mean this machine.
   */
  private void refuseForeignHost(@Nullable String host) {
    if (loopbackOnly && !isLoopback(host == null ? "" : host)) {
      throw new Problem(
          403, "Without tokens this controller answers only to localhost; call it by that name.");
    }
  }

  private static boolean isLoopback(String host) {
    try {
      String name = URI.create("http://" + host).getHost();
      return name != null
          && (name.equals("localhost") || name.startsWith("127.") || name.equals("[::1]"));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String token(@Nullable String authorization) {
    boolean bearer =
        authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    return authorization != null && bearer ? authorization.substring(SCHEME.length()).strip() : "";
  }

  /** Compares hashes in constant time, so that answering takes as long for every wrong token. */
  private static boolean same(String token, String expected) {
    return MessageDigest.isEqual(
        Names.hash(token).getBytes(StandardCharsets.US_ASCII),
        Names.hash(expected).getBytes(StandardCharsets.US_ASCII));
  }
}
