package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which https origins are reached through a proxy, as curl understands {@code HTTPS_PROXY} and
 * {@code NO_PROXY}. Loopback and link-local addresses (the metadata service) never are.
 *
 * @param proxy null for none
 * @param authorization value of {@code Proxy-Authorization}, or null; never printed
 * @param direct names and domain suffixes that are reached directly; {@code *} for all
 */
public record ProxySettings(
    @Nullable HttpOrigin proxy, @Nullable String authorization, List<String> direct) {
  /** Everything is reached directly. */
  public static final ProxySettings NONE = new ProxySettings(null, null, List.of());

  public ProxySettings {
    direct = List.copyOf(direct);
  }

  static ProxySettings fromEnvironment(Map<String, String> environment) {
    String proxy = first(environment, "HTTPS_PROXY", "https_proxy");
    if (proxy.isBlank()) {
      return NONE;
    }
    List<String> direct =
        Arrays.stream(first(environment, "NO_PROXY", "no_proxy").split(","))
            .map(name -> name.strip().toLowerCase(Locale.ROOT))
            .map(name -> name.startsWith(".") ? name.substring(1) : name)
            .filter(name -> !name.isEmpty())
            .toList();
    try {
      URI uri = new URI(proxy.contains("://") ? proxy : "http://" + proxy);
      if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
        throw invalid();
      }
      int port = uri.getPort() < 0 ? 80 : uri.getPort();
      HttpOrigin origin = HttpOrigin.parse("http://" + uri.getHost() + ":" + port);
      String user = uri.getUserInfo();
      String authorization =
          user == null
              ? null
              : "Basic "
                  + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
      return new ProxySettings(origin, authorization, direct);
    } catch (URISyntaxException e) {
      throw invalid();
    }
  }

  /** The proxy on the way to {@code origin}, or null. */
  @Nullable HttpOrigin proxyFor(HttpOrigin origin) {
    if (proxy == null || !origin.secure() || isLocal(origin.host())) {
      return null;
    }
    for (String name : direct) {
      if (name.equals("*") || origin.host().equals(name) || origin.host().endsWith("." + name)) {
        return null;
      }
    }
    return proxy;
  }

  private static boolean isLocal(String host) {
    return host.equals("localhost")
        || host.startsWith("127.")
        || host.startsWith("169.254.")
        || host.equals("168.63.129.16")
        || host.equals("::1");
  }

  private static String first(Map<String, String> environment, String name, String other) {
    String value = environment.get(name);
    return value != null ? value : environment.getOrDefault(other, "");
  }

  private static IoFailure.Invalid invalid() {
    return new IoFailure.Invalid(
        "HTTPS_PROXY is not of the form http://[USER:PASSWORD@]HOST:PORT.");
  }

  @Override
  public String toString() {
    return proxy == null ? "no proxy" : proxy.toString();
  }
}
