package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A server that answers HTTP: what connections are pooled by.
 *
 * @param secure whether it is spoken to over TLS
 * @param host name or address literal, an IPv6 literal without brackets
 * @param port 1 to 65535
 */
public record HttpOrigin(boolean secure, String host, int port) {

  /**
   * Reads {@code http://HOST[:PORT]} or {@code https://HOST[:PORT]}.
   *
   * @throws IoFailure.Invalid when it is neither
   */
  public static HttpOrigin parse(String origin) {
    int slashes = origin.indexOf("://");
    String scheme = slashes < 0 ? "" : origin.substring(0, slashes).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw invalid(origin);
    }
    boolean secure = scheme.equals("https");
    String authority = origin.substring(slashes + 3);
    if (authority.endsWith("/")) {
      authority = authority.substring(0, authority.length() - 1);
    }
    int bracket = authority.indexOf(']');
    int colon = authority.indexOf(':', bracket + 1);
    String host = colon < 0 ? authority : authority.substring(0, colon);
    int port = secure ? 443 : 80;
    if (colon >= 0) {
      try {
        port = Integer.parseInt(authority.substring(colon + 1));
      } catch (NumberFormatException e) {
        throw invalid(origin);
      }
    }
    if (bracket >= 0) {
      host = host.substring(1, bracket);
    }
    if (host.isEmpty()
        || port < 1
        || port > 65535
        || !host.chars().allMatch(c -> c > ' ' && c < 127 && "/?#@\\".indexOf(c) < 0)) {
      throw invalid(origin);
    }
    return new HttpOrigin(secure, host.toLowerCase(Locale.ROOT), port);
  }

  /** What the {@code Host} header says (RFC 9110 §7.2). */
  public String authority() {
    String bracketed = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return port == (secure ? 443 : 80) ? bracketed : bracketed + ":" + port;
  }

  // Written out: linking a record's own costs a command's start 20 ms (14 classes made at run
  // time).
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HttpOrigin that
        && secure == that.secure
        && port == that.port
        && host.equals(that.host);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * host.hashCode() + port) + Boolean.hashCode(secure);
  }

  @Override
  public String toString() {
    return (secure ? "https://" : "http://") + authority();
  }

  private static IoFailure.Invalid invalid(String origin) {
    return new IoFailure.Invalid(
        "'" + origin + "' is not the address of a server; write http://HOST:PORT or https://HOST.");
  }
}
