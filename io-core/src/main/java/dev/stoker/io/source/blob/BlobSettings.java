package dev.stoker.io.source.blob;

import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.net.HttpOrigin;
import java.util.Map;

/**
 * What is known of storage accounts before the first request.
 *
 * @param environment the process's variables
 * @param credentials what is configured
 * @param hostSuffix of accounts' own hosts; {@code blob.core.windows.net} in the public cloud
 * @param hosts custom domains by account name
 * @param imds the VM's metadata service
 * @param uploadBytesPerSecond most that is sent to an account, by {@link BlobUri#origin()}
 */
public record BlobSettings(
    Map<String, String> environment,
    AccountCredentials credentials,
    String hostSuffix,
    Map<String, String> hosts,
    HttpOrigin imds,
    Map<String, Long> uploadBytesPerSecond) {
  /** Of the public cloud. */
  public static final String PUBLIC_CLOUD = "blob.core.windows.net";

  /** The metadata service has this address on every Azure VM. */
  public static final HttpOrigin IMDS = new HttpOrigin(false, "169.254.169.254", 80);

  public BlobSettings {
    environment = Map.copyOf(environment);
    hosts = Map.copyOf(hosts);
    uploadBytesPerSecond = Map.copyOf(uploadBytesPerSecond);
  }

  /** The same credentials for every project, and no caps. */
  public BlobSettings(
      Map<String, String> environment,
      Map<String, OriginCredential> credentials,
      String hostSuffix,
      Map<String, String> hosts,
      HttpOrigin imds) {
    this(
        environment,
        new AccountCredentials(credentials, Map.of()),
        hostSuffix,
        hosts,
        imds,
        Map.of());
  }

  /** Nothing configured but what the environment says. */
  public static BlobSettings fromEnvironment(Map<String, String> environment) {
    return new BlobSettings(
        environment, AccountCredentials.NONE, PUBLIC_CLOUD, Map.of(), IMDS, Map.of());
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
    return "blob settings with credentials for " + credentials.common().keySet();
  }
}
