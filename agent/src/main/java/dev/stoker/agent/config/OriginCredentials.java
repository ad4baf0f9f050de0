package dev.stoker.agent.config;

import dev.stoker.agent.config.StokerFile.Credential;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.blob.OriginCredential;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The {@code origins} of a configuration as the I/O core takes them. */
public final class OriginCredentials {
  private OriginCredentials() {}

  /**
   * Credentials by origin, such as {@code blob://studio}.
   *
   * @throws ConfigFailure when one is wrong; the message names the origin and no secret
   */
  public static Map<String, OriginCredential> of(Map<String, Credential> origins) {
    Map<String, OriginCredential> all = new HashMap<>();
    origins.forEach((origin, credential) -> all.put(checked(origin), of(origin, credential)));
    return Map.copyOf(all);
  }

  private static String checked(String origin) {
    try {
      // An origin has no container, a URI must.
      if (AssetUri.parse(origin.replaceFirst("/$", "") + "/container/") instanceof BlobUri uri
          && uri.sas() == null) {
        return uri.origin();
      }
    } catch (IoFailure.Invalid e) {
      // Told below, in the words of this file.
    }
    throw new ConfigFailure(
        "'%s' under 'origins' names no storage account; write blob://ACCOUNT or blob+http://HOST:PORT/ACCOUNT."
            .formatted(origin));
  }

  private static OriginCredential of(String origin, Credential credential) {
    long given =
        Stream.of(
                credential.key(),
                credential.sas(),
                credential.connectionString(),
                credential.identity())
            .filter(Objects::nonNull)
            .count();
    if (given != 1) {
      throw new ConfigFailure(
          "Origin '%s' needs exactly one of key, sas, connectionString and identity."
              .formatted(origin));
    }
    if (credential.key() != null) {
      return new OriginCredential.SharedKey(credential.key());
    }
    if (credential.sas() != null) {
      return new OriginCredential.Sas(credential.sas());
    }
    if (credential.connectionString() != null) {
      return new OriginCredential.ConnectionString(credential.connectionString());
    }
    return identity(origin, String.valueOf(credential.identity()), credential.clientId());
  }

  private static OriginCredential identity(
      String origin, String identity, @Nullable String clientId) {
    return switch (identity) {
      case "managed" -> new OriginCredential.ManagedIdentity(clientId);
      case "workload" -> new OriginCredential.WorkloadIdentity();
      case "anonymous" -> new OriginCredential.Anonymous();
      default ->
          throw new ConfigFailure(
              "Origin '%s' has identity '%s'; allowed are managed, workload and anonymous."
                  .formatted(origin, identity));
    };
  }
}
