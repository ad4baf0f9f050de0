package dev.stoker.io.source.blob;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpBody;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpOrigin;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.source.Answers;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gets tokens for storage: from the VM's metadata service (managed identity) and from Entra ID
 * against a federated token (workload identity).
 *
 * <p>Two plain requests in place of azure-identity: that library brings 30 jars and half a second
 * of start-up, and retries the metadata service for minutes where the contract allows one try of a
 * second.
 */
final class EntraTokens {
  private static final String STORAGE = "https://storage.azure.com/";

  private final HttpTransport transport;

  EntraTokens(HttpTransport transport) {
    this.transport = transport;
  }

  /** A token of this VM's identity; one request. */
  AccessToken ofThisMachine(HttpOrigin imds, @Nullable String clientId, Duration timeout) {
    String target =
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
            + encode(STORAGE)
            + (clientId == null ? "" : "&client_id=" + encode(clientId));
    HttpCall call = HttpCall.of("GET", imds, target).with("Metadata", "true");
    return ask(call, timeout, "this machine's managed identity");
  }

  /** A token of the identity that trusts the issuer of the token in {@code federatedTokenFile}. */
  AccessToken ofWorkload(Map<String, String> environment) {
    String tenant = environment.getOrDefault("AZURE_TENANT_ID", "");
    String client = environment.getOrDefault("AZURE_CLIENT_ID", "");
    Path file = Path.of(environment.getOrDefault("AZURE_FEDERATED_TOKEN_FILE", ""));
    String assertion;
    try {
      assertion = Files.readString(file).strip();
    } catch (IOException e) {
      throw new IoFailure.Denied(
          "Cannot read the federated token in "
              + file
              + ", which AZURE_FEDERATED_TOKEN_FILE names.");
    }
    URI authority =
        URI.create(
            environment.getOrDefault("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/"));
    String form =
        "grant_type=client_credentials&client_id="
            + encode(client)
            + "&scope="
            + encode(STORAGE + ".default")
            + "&client_assertion_type="
            + encode("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            + "&client_assertion="
            + encode(assertion);
    HttpCall call =
        HttpCall.of(
                "POST",
                HttpOrigin.parse(authority.getScheme() + "://" + authority.getAuthority()),
                "/" + encode(tenant) + "/oauth2/v2.0/token")
            .with("Content-Type", "application/x-www-form-urlencoded")
            .with(new HttpBody(ByteBuffer.wrap(form.getBytes(StandardCharsets.US_ASCII))));
    return ask(call, Duration.ofSeconds(20), "the workload identity " + client);
  }

  private AccessToken ask(HttpCall call, Duration timeout, String whose) {
    HttpAnswer answer;
    try {
      answer = Answers.await(transport.send(call, Deadline.after(timeout)));
    } catch (IoFailure e) {
      throw new IoFailure.Unavailable("Cannot get a token for " + whose + ". " + e.getMessage(), e);
    }
    if (answer.status() != 200) {
      throw new IoFailure.Denied(
          "Cannot get a token for "
              + whose
              + ": "
              + call.origin()
              + " answered "
              + answer.status()
              + ".");
    }
    try {
      // A mapper takes longer to make than a file to fetch; most origins need none.
      JsonNode json = new JsonMapper().readTree(answer.body());
      String value = json.path("access_token").asText();
      long lifeSeconds = json.path("expires_in").asLong();
      if (value.isEmpty() || lifeSeconds <= 0) {
        throw new IoFailure.Denied(
            "Cannot get a token for "
                + whose
                + ": the answer of "
                + call.origin()
                + " holds none.");
      }
      return new AccessToken(value, Instant.now().plusSeconds(lifeSeconds));
    } catch (IOException e) {
      throw badAnswer(whose, call);
    }
  }

  private static IoFailure.Denied badAnswer(String whose, HttpCall call) {
    return new IoFailure.Denied(
        "Cannot get a token for " + whose + ": the answer of " + call.origin() + " is not JSON.");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
