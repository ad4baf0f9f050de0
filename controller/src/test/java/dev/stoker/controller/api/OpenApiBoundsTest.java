package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the document says of a field's size is what the controller takes, and no more. */
class OpenApiBoundsTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private ControllerServer server;
  private JsonNode document;
  private SchemaCheck schemas;
  private int fields;

  @BeforeEach
  void start() throws Exception {
    server = ControllerServer.start(ControllerSettings.loopback(folder, 0));
    document = Wire.mapper().readTree(send("GET", "/v1/openapi.json", "").body());
    schemas = new SchemaCheck(document);
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  @Test
  void aJobIsHeldToTheDocumentsBounds() throws Exception {
    JsonNode operation = document.path("paths").path("/v1/jobs").path("post");
    JsonNode example =
        operation.path("requestBody").path("content").path("application/json").path("example");
    assertEquals(200, send("POST", "/v1/jobs", example.toString()).statusCode());
    probe("/v1/jobs", example.deepCopy());
    String job =
        Wire.mapper()
            .readTree(send("POST", "/v1/jobs", example.toString()).body())
            .path("jobId")
            .asText();
    probe("/v1/jobs/{job}/priority", read("{'priority': 7}"), job);
    assertTrue(fields >= 5, fields + " fields");
  }

  @Test
  void aNodeIsHeldToTheDocumentsBounds() throws Exception {
    probe(
        "/v1/nodes",
        read(
            """
            {'name': 'a', 'release': '1', 'protocolOldest': 1, 'protocolNewest': 1,
             'slots': [{'id': 's', 'vcpus': 1, 'memoryBytes': 1, 'gpus': 0, 'gpuMemoryBytes': 0}],
             'machine': {'vmSize': '', 'location': '', 'zone': '', 'scaleSet': '', 'spot': true}}
            """));
    assertTrue(fields >= 12, fields + " fields");
  }

  @Test
  void tokensAreHeldToTheDocumentsBounds() throws Exception {
    probe(
        "/v1/tokens",
        read("{'kind': 'USER', 'name': 'ann', 'role': 'ARTIST', 'projects': ['film']}"));
    probe("/v1/tokens", read("{'kind': 'JOIN', 'name': 'a', 'node': 'n', 'validSeconds': 60}"));
    assertTrue(fields >= 5, fields + " fields");
  }

  private static ObjectNode read(String json) throws IOException {
    return (ObjectNode) Wire.mapper().readTree(json.replace('\'', '"'));
  }

  private void probe(String path, JsonNode body, String... names) throws Exception {
    JsonNode content = document.path("paths").path(path).path("post").path("requestBody");
    JsonNode schema =
        schemas.resolved(content.path("content").path("application/json").path("schema"));
    if (schema.has("oneOf")) {
      JsonNode first = schema.path("oneOf").get(0);
      boolean isFirst =
          first.path("properties").path("kind").path("enum").get(0).equals(body.path("kind"));
      schema = isFirst ? first : schema.path("oneOf").get(1);
    }
    String url = names.length == 0 ? path : path.replaceAll("\\{\\w+}", names[0]);
    walk(url, body, body, schema, "");
  }

  private void walk(String url, JsonNode whole, JsonNode part, JsonNode schema, String at)
      throws Exception {
    if (part instanceof ObjectNode object) {
      for (var each : List.copyOf(schema.path("properties").properties())) {
        JsonNode of = schemas.resolved(each.getValue());
        if (!object.has(each.getKey())) {
          continue;
        }
        JsonNode good = object.get(each.getKey());
        for (Value value : values(of)) {
          object.set(each.getKey(), value.json);
          check(url, whole, at + "/" + each.getKey(), value);
        }
        object.set(each.getKey(), good);
        walk(url, whole, good, of, at + "/" + each.getKey());
      }
    } else if (part instanceof ArrayNode array && !array.isEmpty()) {
      JsonNode good = array.get(0);
      JsonNode of = schemas.resolved(schema.path("items"));
      for (Value value : values(of)) {
        array.set(0, value.json);
        check(url, whole, at + "/0", value);
      }
      array.set(0, good);
      walk(url, whole, good, of, at + "/0");
    }
  }

  private record Value(JsonNode json, boolean fits) {}

  /** At the bounds of a field and just beyond them. */
  private static List<Value> values(JsonNode schema) {
    List<Value> values = new ArrayList<>();
    boolean small = schema.path("format").asText().equals("int32");
    if (schema.has("minimum")) {
      number(values, schema.path("minimum").asLong(), -1, small);
    }
    if (schema.has("maximum")) {
      number(values, schema.path("maximum").asLong(), 1, small);
    }
    if (schema.path("minLength").asInt() > 0) {
      values.add(new Value(NODES.textNode(""), false));
    }
    if (schema.has("maxLength")) {
      // A letter beyond 16 bits counts as one.
      String longest = "\ud835\udd18".repeat(schema.path("maxLength").asInt());
      values.add(new Value(NODES.textNode(longest), true));
      values.add(new Value(NODES.textNode(longest + "x"), false));
    }
    if (schema.has("pattern")) {
      values.add(new Value(NODES.textNode("\u0000"), false));
    }
    return values;
  }

  private static void number(List<Value> values, long bound, int beyond, boolean small) {
    values.add(new Value(small ? NODES.numberNode((int) bound) : NODES.numberNode(bound), true));
    values.add(new Value(NODES.numberNode(bound + beyond), false));
  }

  private void check(String url, JsonNode whole, String at, Value value) throws Exception {
    fields++;
    HttpResponse<String> answer = send("POST", url, whole.toString());
    String said = at + " as " + value.json.toString().length() + " characters: " + answer.body();
    assertEquals(value.fits ? 200 : 400, answer.statusCode(), said);
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
