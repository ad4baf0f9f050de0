package dev.stoker.io.source.blob;

import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpOrigin;
import dev.stoker.io.net.HttpTransport;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the credential for an account, once. First match wins: in the URI; configured; {@code
 * AZURE_STORAGE_CONNECTION_STRING}; {@code AZURE_STORAGE_ACCOUNT} with {@code _KEY} or {@code
 * _SAS_TOKEN} (that account only); workload identity; managed identity (one try, one second);
 * anonymous.
 *
 * <p>A signature from the environment goes only to the account's own host or to this machine: a
 * job's URI must not be able to send it elsewhere by naming another endpoint.
 *
 * <p>Thread-safe.
 */
public final class BlobAccounts {
  private static final Duration IMDS_TIMEOUT = Duration.ofSeconds(1);

  private final BlobSettings settings;
  private final HttpTransport transport;
  private final EntraTokens tokens;
  private final Map<Seen, BlobAccount> accounts = new ConcurrentHashMap<>();
  private final Map<String, UploadCap> caps = new ConcurrentHashMap<>();

  /** An account as one project sees it; the empty name is everybody else. */
  private record Seen(String origin, String project) {
    /** By hand, as a record's own is made at run time: 15 ms of the start of a command. */
    @Override
    public int hashCode() {
      return 31 * origin.hashCode() + project.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Seen seen
          && origin.equals(seen.origin)
          && project.equals(seen.project);
    }
  }

  public BlobAccounts(BlobSettings settings, HttpTransport transport) {
    this.settings = settings;
    this.transport = transport;
    this.tokens = new EntraTokens(transport);
  }

  /** What carries requests to all accounts. */
  public HttpTransport transport() {
    return transport;
  }

  /**
   * The account that {@code uri} lies in, with the credential for it. Blocks for about a second
   * where the metadata service has to be asked.
   *
   * @throws IoFailure when a credential that is configured cannot be used
   */
  public BlobAccount accountOf(BlobUri uri) {
    return accountOf(uri, "");
  }

  /** The same for a project, which may have a credential of its own. */
  public BlobAccount accountOf(BlobUri uri, String project) {
    if (uri.sas() != null || !hasOwnCredential(uri.origin(), project)) {
      return accountOfNode(uri);
    }
    return accounts.computeIfAbsent(
        new Seen(uri.origin(), project), seen -> account(uri, resolve(uri, project)));
  }

  /** Whether a project reads an origin with a credential of its own. */
  public boolean hasOwnCredential(String origin, String project) {
    return settings.credentials().hasOwn(origin, project);
  }

  private BlobAccount accountOfNode(BlobUri uri) {
    String sas = uri.sas();
    if (sas != null) {
      return account(uri, new SasAuth(sas, "in its URI"));
    }
    return accounts.computeIfAbsent(
        new Seen(uri.origin(), ""), seen -> account(uri, resolve(uri, "")));
  }

  /**
   * Waits until so many bytes may be sent to {@code origin}, of whatever kind, where its bandwidth
   * is capped.
   *
   * @param what names what is sent, for the message
   */
  public void awaitUpload(String origin, long bytes, String what, Deadline deadline) {
    UploadCap cap = capOf(origin);
    if (cap != null) {
      cap.await(bytes, what, deadline);
    }
  }

  private @Nullable UploadCap capOf(String origin) {
    Long bytesPerSecond = settings.uploadBytesPerSecond().get(origin);
    return bytesPerSecond == null
        ? null
        : caps.computeIfAbsent(origin, name -> new UploadCap(bytesPerSecond));
  }

  private BlobAccount account(BlobUri uri, BlobAuth auth) {
    String prefix = uri.endpoint() == null ? "" : "/" + uri.account();
    return new BlobAccount(
        uri.origin(), settings.originOf(uri), prefix, auth, transport, capOf(uri.origin()));
  }

  private BlobAuth resolve(BlobUri uri, String project) {
    OriginCredential configured = settings.credentials().find(uri.origin(), project);
    if (configured != null) {
      return configured(uri, configured);
    }
    Map<String, String> environment = settings.environment();
    String connection = environment.getOrDefault("AZURE_STORAGE_CONNECTION_STRING", "");
    if (!connection.isBlank()) {
      BlobAuth auth = fromConnectionString(uri, connection, "in AZURE_STORAGE_CONNECTION_STRING");
      if (auth != null) {
        return auth;
      }
    }
    if (environment.getOrDefault("AZURE_STORAGE_ACCOUNT", "").equals(uri.account())) {
      String key = environment.getOrDefault("AZURE_STORAGE_KEY", "");
      if (!key.isBlank()) {
        return new SharedKeyAuth(uri.account(), key);
      }
      String sas = environment.getOrDefault("AZURE_STORAGE_SAS_TOKEN", "");
      if (!sas.isBlank() && mayCarryASecret(uri)) {
        return new SasAuth(sas, "in AZURE_STORAGE_SAS_TOKEN");
      }
    }
    if (uri.endpoint() == null) {
      BlobAuth identity = identity(uri);
      if (identity != null) {
        return identity;
      }
    }
    return new AnonymousAuth();
  }

  private BlobAuth configured(BlobUri uri, OriginCredential configured) {
    HttpOrigin host = settings.originOf(uri);
    return switch (configured) {
      case OriginCredential.SharedKey(String key) -> new SharedKeyAuth(uri.account(), key);
      case OriginCredential.Sas(String token) -> new SasAuth(token, "configured for this origin");
      case OriginCredential.ConnectionString(String text) -> {
        BlobAuth auth = fromConnectionString(uri, text, "in the configured connection string");
        if (auth == null) {
          throw new IoFailure.Invalid(
              "The connection string configured for " + uri.origin() + " is of another account.");
        }
        yield auth;
      }
      case OriginCredential.ManagedIdentity(String clientId) -> managed(host, clientId, null);
      case OriginCredential.WorkloadIdentity() -> workload(host);
      case OriginCredential.Anonymous() -> new AnonymousAuth();
    };
  }

  private @Nullable BlobAuth identity(BlobUri uri) {
    HttpOrigin host = settings.originOf(uri);
    Map<String, String> environment = settings.environment();
    if (environment.containsKey("AZURE_FEDERATED_TOKEN_FILE")
        && environment.containsKey("AZURE_TENANT_ID")
        && environment.containsKey("AZURE_CLIENT_ID")) {
      return workload(host);
    }
    String clientId = environment.get("AZURE_CLIENT_ID");
    try {
      AccessToken first = tokens.ofThisMachine(settings.imds(), clientId, IMDS_TIMEOUT);
      return managed(host, clientId, first);
    } catch (IoFailure e) {
      // Not an Azure VM, or one without an identity.
      return null;
    }
  }

  private BlobAuth managed(
      HttpOrigin host, @Nullable String clientId, @Nullable AccessToken first) {
    return new TokenAuth(
        "this machine's managed identity" + (clientId == null ? "" : " " + clientId),
        host,
        () -> tokens.ofThisMachine(settings.imds(), clientId, Duration.ofSeconds(10)),
        first,
        Clock.systemUTC());
  }

  private BlobAuth workload(HttpOrigin host) {
    return new TokenAuth(
        "the workload identity " + settings.environment().getOrDefault("AZURE_CLIENT_ID", ""),
        host,
        () -> tokens.ofWorkload(settings.environment()),
        null,
        Clock.systemUTC());
  }

  /** Null when the string is of another account. */
  private @Nullable BlobAuth fromConnectionString(BlobUri uri, String text, String where) {
    Map<String, String> fields = new HashMap<>();
    for (String field : text.split(";", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(
            field.substring(0, equals).strip().toLowerCase(Locale.ROOT),
            field.substring(equals + 1).strip());
      }
    }
    String endpoint = fields.getOrDefault("blobendpoint", "");
    String account = fields.getOrDefault("accountname", "");
    boolean sameHost =
        endpoint.startsWith(settings.originOf(uri).toString())
            && (uri.endpoint() == null || endpoint.contains("/" + uri.account()));
    if (!account.equals(uri.account()) && !(account.isEmpty() && sameHost)) {
      return null;
    }
    String key = fields.get("accountkey");
    String sas = fields.get("sharedaccesssignature");
    if (key != null) {
      return new SharedKeyAuth(uri.account(), key);
    }
    return sas != null && (sameHost || mayCarryASecret(uri)) ? new SasAuth(sas, where) : null;
  }

  private boolean mayCarryASecret(BlobUri uri) {
    String host = settings.originOf(uri).host();
    return uri.endpoint() == null
        || host.equals("localhost")
        || host.startsWith("127.")
        || host.equals("::1");
  }
}
