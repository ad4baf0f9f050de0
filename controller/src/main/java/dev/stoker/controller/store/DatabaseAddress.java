package dev.stoker.controller.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL database: {@code postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…}, as libpq
 * writes it (PostgreSQL manual, 32.1.1.2). Several hosts, separated by commas, are tried in order.
 *
 * @param jdbcUrl without user and password
 */
public record DatabaseAddress(String jdbcUrl, @Nullable String user, @Nullable String password) {

  /**
   * @throws IllegalArgumentException with one sentence that repeats no password
   */
  public static DatabaseAddress parse(String text) {
    try {
      String bare = text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text;
      URI uri = new URI(bare);
      String scheme = String.valueOf(uri.getScheme());
      String authority = uri.getRawAuthority();
      String path = uri.getRawPath();
      boolean known = scheme.equals("postgresql") || scheme.equals("postgres");
      if (!known || authority == null || path == null || path.length() < 2) {
        throw refused();
      }
      int at = authority.lastIndexOf('@');
      String hosts = authority.substring(at + 1);
      String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      String login = at < 0 ? "" : authority.substring(0, at);
      int colon = login.indexOf(':');
      String user = colon < 0 ? login : login.substring(0, colon);
      return new DatabaseAddress(
          "jdbc:postgresql://" + hosts + path + query,
          user.isEmpty() ? null : decoded(user),
          colon < 0 ? null : decoded(login.substring(colon + 1)));
    } catch (URISyntaxException e) {
      throw refused();
    }
  }

  private static IllegalArgumentException refused() {
    return new IllegalArgumentException(
        "The database is not a PostgreSQL address; write it as"
            + " postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return jdbcUrl.substring("jdbc:".length()).replaceAll("\\?.*", "");
  }
}
