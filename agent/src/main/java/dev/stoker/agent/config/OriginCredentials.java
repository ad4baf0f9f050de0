package dev.stoker.agent.config;

import dev.stoker.agent.config.StokerFile.Credential;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.blob.AccountCredentials;
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
  public static AccountCredentials of(Map<String, Credential> origins) {
    Map<String, OriginCredential> common = new HashMap<>();
    Map<String, Map<String, OriginCredential>> ofProjects = new HashMap<>();
    origins.forEach(
        (origin, entry) -> {
          long given = given(entry);
          boolean saysMore = entry.bandwidth() != null || !entry.projects().isEmpty();
          if (given > 0 || !saysMore) {
            common.put(account(origin), of(origin, entry));
          }
          entry
              .projects()
              .forEach(
                  (project, own) ->
                      ofProjects
                          .computeIfAbsent(project, name -> new HashMap<>())
                          .put(account(origin), ofProject(origin, project, own)));
        });
    return new AccountCredentials(common, ofProjects);
  }

  private static OriginCredential ofProject(String origin, String project, Credential own) {
    if (own.bandwidth() != null || !own.projects().isEmpty()) {
      throw new ConfigFailure(
          "Project '%s' of origin '%s' can have a credential only; bandwidth is the origin's."
              .formatted(project, origin));
    }
    return of(origin, own);
  }

  /**
   * Most bytes that go to an origin in a second, and most that come from it; by origin, those
   * without a cap left out.
   */
  public static Map<String, Long> bytesPerSecond(Map<String, Credential> origins) {
    Map<String, Long> caps = new HashMap<>();
    origins.forEach(
        (origin, entry) -> {
          if (entry.bandwidth() != null) {
            long cap =
                ByteSize.parse("The bandwidth of origin '" + origin + "'", entry.bandwidth());
            if (cap == 0) {
              throw new ConfigFailure(
                  "The bandwidth of origin '%s' is 0, so that nothing would ever move; leave it out for no limit."
                      .formatted(origin));
            }
            caps.put(server(origin), cap);
          }
        });
    return Map.copyOf(caps);
  }

  private static String account(String origin) {
    if (parsed(origin) instanceof BlobUri uri && uri.sas() == null) {
      return uri.origin();
    }
    throw new ConfigFailure(
        "'%s' under 'origins' names no storage account; write blob://ACCOUNT or blob+http://HOST:PORT/ACCOUNT."
            .formatted(origin));
  }

  private static String server(String origin) {
    AssetUri uri = parsed(origin);
    if (uri == null) {
      throw new ConfigFailure(
          "'%s' under 'origins' names no origin; write blob://ACCOUNT, nfs://HOST or https://HOST."
              .formatted(origin));
    }
    return uri.origin();
  }

  private static @Nullable AssetUri parsed(String origin) {
    try {
      // An origin has no container, a URI must.
      return AssetUri.parse(origin.replaceFirst("/$", "") + "/container/");
    } catch (IoFailure.Invalid e) {
      return null; // told in the words of this file
    }
  }

  private static long given(Credential credential) {
    return Stream.of(
            credential.key(),
            credential.sas(),
            credential.connectionString(),
            credential.identity())
        .filter(Objects::nonNull)
        .count();
  }

  private static OriginCredential of(String origin, Credential credential) {
    if (given(credential) != 1) {
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
