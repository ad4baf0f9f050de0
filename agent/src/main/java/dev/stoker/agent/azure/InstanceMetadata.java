package dev.stoker.agent.azure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.controller.client.PlainHttp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Azure's instance metadata service, as its documentation has it
 * (learn.microsoft.com/azure/virtual-machines/instance-metadata-service): plain HTTP, the header
 * {@code Metadata: true}, no proxy. Thread-safe.
 */
public final class InstanceMetadata implements AutoCloseable {
  /** The address on every virtual machine. */
  public static final URI ADDRESS = URI.create("http://169.254.169.254");

  /** The chassis tag of every virtual machine of Azure. */
  private static final String AZURE_TAG = "7783-7084-3265-9085-8269-3286-77";

  private static final String INSTANCE = "/metadata/instance/compute?api-version=2021-02-01";
  private static final String EVENTS = "/metadata/scheduledevents?api-version=2020-07-01";

  private static final String ATTESTED =
      "/metadata/attested/document?api-version=2021-02-01&nonce=";

  /** Its longest documents have some kilobytes. */
  private static final long MOST_BYTES = 1 << 20;

  private static final Duration CONNECT = Duration.ofSeconds(1);

  /** The fields of {@code compute} worth showing, in this order. */
  private static final String[] SHOWN = {
    "name", "vmId", "vmSize", "location", "zone", "priority", "evictionPolicy", "vmScaleSetName"
  };

  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI address;
  private final HttpClient http =
      PlainHttp.builder().connectTimeout(CONNECT).proxy(HttpClient.Builder.NO_PROXY).build();

  /**
   * @param address without a trailing slash
   */
  public InstanceMetadata(URI address) {
    this.address = address;
  }

  /** Where the service is: what the configuration says, else Azure's address on a VM of Azure. */
  public static Optional<URI> find(Optional<URI> configured) {
    return configured.or(() -> isAzure() ? Optional.of(ADDRESS) : Optional.empty());
  }

  private static boolean isAzure() {
    try {
      return Files.readString(Path.of("/sys/class/dmi/id/chassis_asset_tag"))
          .strip()
          .equals(AZURE_TAG);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * What the machine is: name, size, zone, priority, scale set.
   *
   * @throws IOException when the service does not say within {@code atMost}
   */
  public Map<String, String> machine(Duration atMost) throws IOException, InterruptedException {
    JsonNode compute = get(INSTANCE, atMost);
    Map<String, String> found = new LinkedHashMap<>();
    for (String field : SHOWN) {
      String value = compute.path(field).asText("");
      if (!value.isEmpty()) {
        found.put(field, value);
      }
    }
    return found;
  }

  /**
   * The document with which Azure vouches for this machine: PKCS#7 in Base64.
   *
   * @param nonce ten digits, to be in it
   * @throws IOException when the service does not say within {@code atMost}
   */
  String attestedDocument(String nonce, Duration atMost) throws IOException, InterruptedException {
    JsonNode answer = get(ATTESTED + nonce, atMost);
    String signature = answer.path("signature").asText("");
    if (!answer.path("encoding").asText("").equals("pkcs7") || signature.isEmpty()) {
      throw new IOException("the metadata service at %s signed no document".formatted(address));
    }
    return signature;
  }

  /** What is to happen to the machines of this one's group. */
  ScheduledEvents events(Duration atMost) throws IOException, InterruptedException {
    return ScheduledEvents.parse(get(EVENTS, atMost));
  }

  /** Says that an event may start, which brings it forward. */
  void acknowledge(String eventId, Duration atMost) throws IOException, InterruptedException {
    String body = "{\"StartRequests\":[{\"EventId\":" + JSON.writeValueAsString(eventId) + "}]}";
    send(EVENTS, body, atMost);
  }

  private JsonNode get(String path, Duration atMost) throws IOException, InterruptedException {
    return JSON.readTree(send(path, null, atMost));
  }

  private String send(String path, @Nullable String body, Duration atMost)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(atMost)
            .header("Metadata", "true");
    if (body != null) {
      request.POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    }
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(
            request.build(),
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8), MOST_BYTES));
    try {
      // The request's own timeout ends with the header; a body may trickle for ever.
      HttpResponse<String> response = answer.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IOException(
            "the metadata service at %s answered %d".formatted(address, response.statusCode()));
      }
      return response.body();
    } catch (TimeoutException e) {
      throw new IOException(
          "the metadata service at %s did not answer within %d ms"
              .formatted(address, atMost.toMillis()),
          e);
    } catch (ExecutionException e) {
      throw new IOException(
          "the metadata service at %s cannot be asked: %s".formatted(address, e.getCause()), e);
    } finally {
      answer.cancel(true);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
