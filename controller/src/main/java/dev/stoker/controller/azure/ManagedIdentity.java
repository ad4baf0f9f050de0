package dev.stoker.controller.azure;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of the machine's managed identity, from its metadata service
 * (learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token). A
 * token is kept until five minutes before its end. Thread-safe.
 */
final class ManagedIdentity implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final long EARLY_MILLIS = Duration.ofMinutes(5).toMillis();

  /** What a token whose end is not told is kept. */
  private static final long UNTOLD_MILLIS = Duration.ofMinutes(10).toMillis();

  private final URI address;
  private final LongSupplier wallMillis;
  private final @Nullable String clientId;
  private final JsonCalls calls = new JsonCalls(true);
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private String token = "";
  private long untilMillis;

  /**
   * @param address of the metadata service, without a trailing slash
   * @param clientId which of several identities; null for the only one
   */
  ManagedIdentity(URI address, @Nullable String clientId, LongSupplier wallMillis) {
    this.address = address;
    this.clientId = clientId;
    this.wallMillis = wallMillis;
  }

  /** A bearer token for a resource; the same resource each time. */
  String token(String resource) {
    lock.lock();
    try {
      long now = wallMillis.getAsLong();
      if (token.isEmpty() || now >= untilMillis) {
        JsonNode answer = ask(resource);
        token = answer.path("access_token").asText("");
        if (token.isEmpty()) {
          throw new AzureFailure(
              "The metadata service at " + address + " gave no token for " + resource + ".");
        }
        long seconds = answer.path("expires_in").asLong(0);
        untilMillis =
            now + (seconds > 0 ? Math.max(0, seconds * 1_000 - EARLY_MILLIS) : UNTOLD_MILLIS);
      }
      return token;
    } finally {
      lock.unlock();
    }
  }

  private JsonNode ask(String resource) {
    String which =
        clientId == null ? "" : "&client_id=" + URLEncoder.encode(clientId, StandardCharsets.UTF_8);
    URI uri =
        URI.create(
            address
                + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
                + URLEncoder.encode(resource, StandardCharsets.UTF_8)
                + which);
    HttpRequest request =
        HttpRequest.newBuilder(uri).timeout(ANSWER).header("Metadata", "true").build();
    return calls.get(request, "for the managed identity's token");
  }

  @Override
  public void close() {
    calls.close();
  }
}
