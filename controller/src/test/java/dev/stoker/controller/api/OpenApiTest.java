package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * F8 for the API: a client that reads the OpenAPI document and sends what it allows, and nearly
 * what it allows. {@code -Dstoker.test.seed=} repeats a run.
 */
@ParameterizedClass
@EnumSource(StoreKind.class)
class OpenApiTest {
  private static final List<String> NASTY =
      List.of(
          "",
          " ",
          "\u0000",
          "\ud800",
          "../../etc/passwd",
          "%2e%2e%2f",
          "' or 1=1 --",
          "{{Param.X}}",
          "𝔘𝔫𝔦𝔠𝔬𝔡𝔢\u202e",
          "x".repeat(5_000));
  private static final long[] NUMBERS = {
    0, 1, -1, 2, 100, 30_001, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
  };

  @Parameter StoreKind kind;
  @TempDir Path folder;

  private final long seed = Long.getLong("stoker.test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final List<String> known = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private ControllerServer server;
  private JsonNode document;

  @BeforeEach
  void start() throws Exception {
    server = ControllerServer.start(kind.settings(folder));
    document = Wire.mapper().readTree(send("GET", "/v1/openapi.json", null).body());
    try (var user = new ControllerClient(server.url(), null);
        var agent = new ScriptedAgent(server.url(), null, "node")) {
      String job = user.submit(TestJobs.frames(5), "key").jobId();
      known.add(job);
      known.add(job + "-0");
      known.add(agent.nodeId);
      known.add(agent.lease(1, 5_000).getFirst().leaseId());
    }
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  @Test
  void everyDocumentedCallExistsAndTakesNoOtherMethod() throws Exception {
    int calls = 0;
    for (var path : document.path("paths").properties()) {
      for (var method : path.getValue().properties()) {
        calls++;
        String url = filled(path.getKey(), known.getFirst());
        if (!path.getKey().endsWith("/watch") && !path.getKey().endsWith("/events")) {
          HttpResponse<String> answer = send(method.getKey(), url, "{}");
          assertNotEquals(405, answer.statusCode(), method.getKey() + " " + path.getKey());
          assertTrue(
              !answer.body().contains("There is nothing at this path"),
              path + ": " + answer.body());
        }
      }
      int status = send("DELETE", filled(path.getKey(), known.getFirst()), null).statusCode();
      assertEquals(405, status, "DELETE " + path.getKey());
    }
    assertEquals(Calls.ALL.size(), calls);
    assertEquals(404, send("GET", "/v1/nothing", null).statusCode());
  }

  @Test
  void noRequestMakesTheControllerFail() throws Exception {
    fuzz(Duration.ofSeconds(4));
  }

  @Test
  @Tag("nightly")
  void noRequestMakesTheControllerFailInTenMinutes() throws Exception {
    fuzz(Duration.ofMinutes(10));
  }

  private void fuzz(Duration length) throws Exception {
    long end = System.nanoTime() + length.toNanos();
    int requests = 0;
    int accepted = 0;
    while (System.nanoTime() < end) {
      var paths = new ArrayList<>(document.path("paths").properties());
      paths.removeIf(each -> each.getKey().endsWith("/events")); // has no end
      var path = paths.get(random.nextInt(paths.size()));
      var methods = new ArrayList<>(path.getValue().properties());
      var method = methods.get(random.nextInt(methods.size()));
      JsonNode operation = method.getValue();
      String url = filled(path.getKey(), null) + query(operation);
      JsonNode schema =
          operation.path("requestBody").path("content").path("application/json").path("schema");
      String body =
          schema.isMissingNode()
              ? "{}"
              : random.nextInt(30) == 0 ? nasty() : shortWait(value(schema, 0)).toString();
      HttpResponse<String> answer = send(method.getKey(), url, body);
      requests++;
      accepted += answer.statusCode() == 200 ? 1 : 0;
      String what =
          "seed %d: %s %s %s: %d %s"
              .formatted(seed, method.getKey(), url, body, answer.statusCode(), answer.body());
      assertTrue(answer.statusCode() < 500, what);
      JsonNode json = Wire.mapper().readTree(answer.body());
      assertTrue(
          answer.statusCode() == 200 || !json.path("error").asText().isBlank(),
          "no reason: " + what);
    }
    System.out.printf("%s: %d requests, %d accepted, none failed%n", kind, requests, accepted);
    assertTrue(accepted > 0, "nothing was accepted");
  }

  /** A lease request that waits would take the time of a hundred others. */
  private static JsonNode shortWait(JsonNode body) {
    if (body instanceof ObjectNode object && object.path("waitMillis").asLong() > 100) {
      object.put("waitMillis", 1);
    }
    return body;
  }

  private String filled(String path, String with) {
    String filled = path;
    while (filled.contains("{")) {
      String value = with != null ? with : pick();
      filled =
          filled.replaceFirst(
              "\\{\\w+}", URLEncoder.encode(value.isEmpty() ? "x" : value, StandardCharsets.UTF_8));
    }
    // Waiting for a change takes half a minute.
    return filled.endsWith("/watch") ? filled + "?since=0" : filled;
  }

  private String query(JsonNode operation) {
    var query = new StringBuilder();
    for (JsonNode parameter : operation.path("parameters")) {
      String name = parameter.path("name").asText();
      boolean waits = name.equals("since");
      if (parameter.path("in").asText().equals("query") && !waits && random.nextBoolean()) {
        String value =
            parameter.path("schema").path("type").asText().equals("integer")
                    && random.nextInt(5) > 0
                ? Long.toString(number())
                : pick();
        query
            .append(query.isEmpty() ? '?' : '&')
            .append(name)
            .append('=')
            .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
      }
    }
    return query.toString();
  }

  private JsonNode value(JsonNode schema, int depth) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (random.nextInt(40) == 0) {
      return random.nextBoolean() ? nodes.nullNode() : nodes.textNode(nasty());
    }
    if (schema.has("$ref")) {
      String name = schema.path("$ref").asText().replaceAll(".*/", "");
      return value(document.path("components").path("schemas").path(name), depth);
    }
    if (schema.has("enum")) {
      return schema.path("enum").get(random.nextInt(schema.path("enum").size()));
    }
    return switch (schema.path("type").asText()) {
      case "string" -> nodes.textNode(pick());
      case "integer" -> nodes.numberNode(number());
      case "number" -> nodes.numberNode(random.nextDouble() * 3 - 1);
      case "boolean" -> nodes.booleanNode(random.nextBoolean());
      case "array" -> array(schema, depth);
      case "object" -> object(schema, depth);
      default -> TestJobs.frames(1 + random.nextInt(3)).template();
    };
  }

  private JsonNode array(JsonNode schema, int depth) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (int i = random.nextInt(3); i > 0 && depth < 5; i--) {
      array.add(value(schema.path("items"), depth + 1));
    }
    return array;
  }

  private JsonNode object(JsonNode schema, int depth) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
      if (random.nextInt(20) > 0) {
        object.set(each.getKey(), value(each.getValue(), depth + 1));
      }
    }
    if (schema.has("additionalProperties")) {
      object.set(pick(), value(schema.path("additionalProperties"), depth + 1));
    }
    return object;
  }

  private long number() {
    return random.nextInt(3) > 0 ? random.nextInt(50) : NUMBERS[random.nextInt(NUMBERS.length)];
  }

  private String pick() {
    return switch (random.nextInt(6)) {
      case 0 -> nasty();
      case 1 -> "name" + random.nextInt(9);
      case 2 -> "slot-0";
      default -> known.get(random.nextInt(known.size()));
    };
  }

  private String nasty() {
    return NASTY.get(random.nextInt(NASTY.size()));
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    var publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(40))
            .method(method.toUpperCase(java.util.Locale.ROOT), publisher)
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
