package dev.stoker.controller.azure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks for one JSON document, within a deadline and a size. Thread-safe. */
final class JsonCalls implements AutoCloseable {
  /** A page of a thousand machines of a scale set has about two megabytes. */
  private static final int LARGEST_BYTES = 16 << 20;

  private static final Duration CONNECT = Duration.ofSeconds(5);

  private final HttpClient http;

  /**
   * @param direct whether a proxy is never used
   */
  JsonCalls(boolean direct) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER);
    http = (direct ? builder.proxy(HttpClient.Builder.NO_PROXY) : builder).build();
  }

  /**
   * @param what is asked, for the error message
   * @throws AzureFailure for every end but a document
   */
  JsonNode get(HttpRequest request, String what) {
    try {
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new AzureFailure(
              "Cannot ask "
                  + what
                  + ": "
                  + request.uri().getAuthority()
                  + " answered "
                  + response.statusCode()
                  + hint(response.statusCode())
                  + ".");
        }
        byte[] bytes = body.readNBytes(LARGEST_BYTES + 1);
        if (bytes.length > LARGEST_BYTES) {
          throw new AzureFailure(
              "Cannot ask " + what + ": the answer has more than " + LARGEST_BYTES + " bytes.");
        }
        return Wire.mapper().readTree(bytes);
      }
    } catch (IOException e) {
      throw new AzureFailure(
          "Cannot ask " + what + " at " + request.uri().getAuthority() + ": " + e + ".", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AzureFailure("Cannot ask " + what + ": the controller is stopping.", e);
    }
  }

  private static String hint(int status) {
    return switch (status) {
      case 401, 403 -> "; give the controller's identity the role Reader there";
      case 404 -> "; check the resource id";
      case 429 -> ", which is too often; it is asked again";
      default -> "";
    };
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
