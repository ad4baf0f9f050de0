package dev.stoker.controller.api;

import dev.stoker.controller.dispatch.Names;
import dev.stoker.controller.dispatch.NodeDesk;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.dispatch.TokenDesk;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.protocol.Tokens;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells who calls, from the bearer token, and refuses whom it does not know. */
final class Access {
  private static final String SCHEME = "Bearer ";

  /** Who shows the token of the configuration. */
  private static final String CONFIGURED = "admin";

  private final ControllerSettings.@Nullable Tokens tokens;
  private final boolean loopbackOnly;
  private final NodeDesk nodes;
  private final TokenDesk given;
  private final Throttle unknown = new Throttle(System::nanoTime);
  private final Throttle strangers = new Throttle(System::nanoTime);

  Access(ControllerSettings settings, Queue queue) {
    tokens = settings.tokens();
    loopbackOnly = settings.listen().getAddress().isLoopbackAddress();
    nodes = queue.nodes();
    given = queue.tokens();
  }

  /**
   * @throws Problem 401 when a token is needed and missing or unknown, 429 when too many were
   */
  Caller identify(@Nullable String authorization, @Nullable String host, InetAddress remote) {
    String token = token(authorization);
    Optional<Caller> known = token.isEmpty() ? Optional.empty() : known(token);
    if (known.isPresent()) {
      return known.get();
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
      return new Caller.User(CONFIGURED, Tokens.Role.ADMIN, Set.of(), null);
    }
    if (same(token, tokens.join())) {
      return new Caller.Joiner(null, CONFIGURED, "");
    }
    if (unknown.isTooMany(remote)) {
      throw new Problem(429, "Too many unknown tokens came from your address; wait a second.");
    }
    return Optional.of(nodes.catchUp())
        .filter(anything -> anything)
        .flatMap(anything -> known(token))
        .orElseThrow(
            () ->
                new Problem(
                    401,
                    "The token is not known here, or no longer good; ask for a new one, or register"
                        + " the node anew."));
  }

  /**
   * Who calls where a machine without a token may call as well.
   *
   * @throws Problem 429 when too many of them came from its address
   */
  Caller identifyJoining(
      @Nullable String authorization, @Nullable String host, InetAddress remote) {
    if (tokens == null || !token(authorization).isEmpty()) {
      return identify(authorization, host, remote);
    }
    if (strangers.isTooMany(remote)) {
      throw new Problem(
          429, "Too many calls without a token came from your address; wait a second.");
    }
    return new Caller.Stranger();
  }

  private Optional<Caller> known(String token) {
    Optional<String> node = nodes.authenticate(token);
    return node.isPresent()
        ? node.map(id -> new Caller.Node(id, Names.hash(token)))
        : given.authenticate(token).map(Access::caller);
  }

  private static Caller caller(TokenDesk.Bearer bearer) {
    Tokens.Role role = bearer.role();
    return role == null
        ? new Caller.Joiner(bearer.tokenId(), bearer.name(), bearer.scaleSet())
        : new Caller.User(
            bearer.name(), role, Set.copyOf(bearer.projects()), bearer.expiresMillis());
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
