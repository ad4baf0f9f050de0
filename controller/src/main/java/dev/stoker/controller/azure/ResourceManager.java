package dev.stoker.controller.azure;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Azure's resource manager, read with the machine's managed identity. Thread-safe. */
public final class ResourceManager implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(20);

  /** A scale set has at most a thousand machines, and a page tens to hundreds of them. */
  private static final int MOST_PAGES = 100;

  private static final Duration LONGEST_LIST = Duration.ofMinutes(1);

  private final URI address;
  private final ManagedIdentity identity;
  private final JsonCalls calls = new JsonCalls(false);

  /**
   * @param address such as {@code https://management.azure.com}, without a trailing slash
   * @param metadata address of the metadata service that gives the identity's tokens
   * @param clientId which of several identities; null for the only one
   */
  public ResourceManager(
      URI address, URI metadata, @Nullable String clientId, LongSupplier wallMillis) {
    this.address = address;
    identity = new ManagedIdentity(metadata, clientId, wallMillis);
  }

  /**
   * One resource.
   *
   * @param path from the first slash, with its query
   */
  JsonNode get(String path) {
    return get(URI.create(address + path));
  }

  /** All pages of a list. */
  List<JsonNode> list(String path) {
    List<JsonNode> all = new ArrayList<>();
    URI next = URI.create(address + path);
    long endNanos = System.nanoTime() + LONGEST_LIST.toNanos();
    for (int pages = 0; pages < MOST_PAGES && System.nanoTime() < endNanos; pages++) {
      JsonNode page = get(next);
      page.path("value").forEach(all::add);
      String link = page.path("nextLink").asText("");
      if (link.isEmpty()) {
        return all;
      }
      if (!link.startsWith(address + "/")) {
        throw new AzureFailure(
            "The resource manager's next page lies elsewhere than " + address + ".");
      }
      next = URI.create(link);
    }
    throw new AzureFailure(
        "The resource manager lists more than "
            + MOST_PAGES
            + " pages, or for longer than "
            + LONGEST_LIST.toSeconds()
            + " s.");
  }

  private JsonNode get(URI uri) {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER)
            .header("Authorization", "Bearer " + identity.token(address + "/"))
            .build();
    return calls.get(request, "for " + uri.getPath());
  }

  @Override
  public void close() {
    calls.close();
    identity.close();
  }
}
