package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * F8 for the API: a client that knows the OpenAPI document only sends what that allows and nearly
 * allows, as an admin, a viewer, a node, a joining machine and nobody. Every answer has a status
 * that the document lists for the call, and a body as the document has it. {@code
 * -Dstoker.fuzz.seconds=} makes a run longer, {@code -Dstoker.seed=} repeats it.
 */
@ParameterizedClass
@EnumSource(StoreKind.class)
@Timeout(7_200)
class ApiFuzzTest {
  private static final String ADMIN = "an-admin-token-0123456789";
  private static final String JOIN = "a-join-token-0123456789";
  private static final int IN_TESTS_SECONDS = 5;
  private static final int MOST_TOLD = 5;

  @Parameter StoreKind kind;
  @TempDir Path folder;

  private final long seed = Long.getLong("stoker.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> bearers = new ArrayList<>();
  private ControllerServer server;
  private SchemaCheck schemas;
  private RandomRequests requests;
  private ScriptedAgent agent;

  @BeforeEach
  void start() throws Exception {
    var open = kind.settings(folder);
    server =
        ControllerServer.start(
            new ControllerSettings(
                    open.dataFolder(),
                    open.listen(),
                    new ControllerSettings.Tokens(JOIN, ADMIN),
                    null,
                    false)
                .withDatabase(open.database()));
    agent = new ScriptedAgent(server.url(), JOIN, "node");
    try (var admin = new ControllerClient(server.url(), ADMIN)) {
      JsonNode document = served();
      schemas = new SchemaCheck(document);
      requests = new RandomRequests(document, random);
      String job = admin.submit(TestJobs.frames(5), "key").jobId();
      requests.learn(job);
      requests.learn(job + "-0");
      requests.learn(agent.nodeId);
      requests.learn(agent.lease(1, 5_000).getFirst().leaseId());
      String viewer =
          admin
              .createToken(
                  new Tokens.Create(
                      Tokens.Kind.USER,
                      "vic",
                      Tokens.Role.VIEWER,
                      List.of(),
                      false,
                      null,
                      null,
                      null))
              .token();
      bearers.addAll(List.of(viewer, JOIN));
    }
  }

  private JsonNode served() throws Exception {
    var request =
        HttpRequest.newBuilder(server.url().resolve("/v1/openapi.json"))
            .header("Authorization", "Bearer " + ADMIN)
            .build();
    return Wire.mapper().readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  @AfterEach
  void stop() {
    agent.close();
    http.close();
    server.close();
  }

  @Test
  void everyAnswerIsOneThatTheDocumentLists() throws Exception {
    int seconds = Integer.getInteger("stoker.fuzz.seconds", IN_TESTS_SECONDS);
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    var statuses = new TreeMap<Integer, Integer>();
    List<String> faults = new ArrayList<>();
    int sent = 0;
    while (System.nanoTime() < end && faults.size() < MOST_TOLD) {
      RandomRequests.Made made = requests.next();
      HttpResponse<String> answer = send(made);
      sent++;
      statuses.merge(answer.statusCode(), 1, Integer::sum);
      fault(made, answer)
          .ifPresent(
              what ->
                  faults.add(
                      "%s: %s %s %s: %d %s"
                          .formatted(
                              what,
                              made.method(),
                              made.url(),
                              made.body(),
                              answer.statusCode(),
                              answer.body())));
    }
    System.out.printf(
        "F8 API, %s: %d trials, 0 lost, 0 doubled, %d corrupt (by status %s, -Dstoker.seed=%d)%n",
        kind, sent, faults.size(), statuses, seed);
    assertEquals(List.of(), faults, "seed " + seed);
    assertTrue(statuses.getOrDefault(200, 0) > sent / 20, "hardly anything was accepted");
  }

  private Optional<String> fault(RandomRequests.Made made, HttpResponse<String> answer)
      throws IOException {
    JsonNode documented =
        made.operation().path("responses").path(String.valueOf(answer.statusCode()));
    if (documented.isMissingNode()) {
      return Optional.of("The document does not list the status");
    }
    String type = answer.headers().firstValue("Content-Type").orElse("");
    JsonNode content = documented.path("content").path(type);
    if (content.isMissingNode()) {
      boolean picture = type.startsWith("image/") && documented.path("content").has("image/*");
      return picture ? Optional.empty() : Optional.of("The document does not list " + type);
    }
    JsonNode body = Wire.mapper().readTree(answer.body());
    if (answer.statusCode() == 200) {
      requests.learn(body);
    } else if (body.path("error").asText().isBlank()) {
      return Optional.of("It does not say why not");
    }
    return schemas.fault(body, content.path("schema"));
  }

  private HttpResponse<String> send(RandomRequests.Made made) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + made.url()))
            .header("Content-Type", made.contentType())
            .timeout(Duration.ofSeconds(40))
            .method(
                made.method().toUpperCase(Locale.ROOT),
                HttpRequest.BodyPublishers.ofString(made.body()));
    bearer(made).ifPresent(token -> request.header("Authorization", "Bearer " + token));
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Mostly one who may. */
  private Optional<String> bearer(RandomRequests.Made made) {
    boolean ofNodes =
        made.call().startsWith("/v1/leases") || made.call().matches(".*/(lease|heartbeat|token)");
    return switch (random.nextInt(20)) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of("a-wrong-token-0123456789");
      case 2, 3 -> Optional.of(bearers.get(random.nextInt(bearers.size())));
      default -> Optional.of(ofNodes ? agent.token : ADMIN);
    };
  }
}
