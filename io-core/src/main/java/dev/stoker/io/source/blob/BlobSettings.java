package dev.stoker.io.source.blob;

import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.net.HttpOrigin;
import java.util.Map;

/**
 * What is known of storage accounts before the first request.
 *
 * @param environment the process's variables
 * @param credentials by {@link BlobUri#origin()}, such as {@code blob://studio}
 * @param hostSuffix of accounts' own hosts; {@code blob.core.windows.net} in the public cloud
 * @param hosts custom domains by account name
 * @param imds the VM's metadata service
 */
public record BlobSettings(
    Map<String, String> environment,
    Map<String, OriginCredential> credentials,
    String hostSuffix,
    Map<String, String> hosts,
    HttpOrigin imds) {
  /** Of the public cloud. */
  public static final String PUBLIC_CLOUD = "blob.core.windows.net";

  /** The metadata service has this address on every Azure VM. */
  public static final HttpOrigin IMDS = new HttpOrigin(false, "169.254.169.254", 80);

  public BlobSettings {
    environment = Map.copyOf(environment);
    credentials = Map.copyOf(credentials);
    hosts = Map.copyOf(hosts);
  }

  /** Nothing configured but what the environment says. */
  public static BlobSettings fromEnvironment(Map<String, String> environment) {
    return new BlobSettings(environment, Map.of(), PUBLIC_CLOUD, Map.of(), IMDS);
  }

  /** Who answers for {@code uri}'s account. */
  HttpOrigin originOf(BlobUri uri) {
    String endpoint = uri.endpoint();
    if (endpoint != null) {
      return HttpOrigin.parse(
          (uri.scheme().endsWith("+https") ? "https://" : "http://") + endpoint);
    }
    String host = hosts.getOrDefault(uri.account(), uri.account() + "." + hostSuffix);
    return new HttpOrigin(true, host, 443);
  }

  @Override
  public String toString() {
    return "blob settings with credentials for " + credentials.keySet();
  }
}
