package dev.stoker.controller.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stoker.controller.TestJobs;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Requests that an OpenAPI document allows, and ones that it nearly allows. Names that answers gave
 * are used again, so that calls find what earlier ones made. Not thread-safe.
 */
final class RandomRequests {
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
  private static final Set<String> NAMES = Set.of("jobId", "taskId", "leaseId", "nodeId", "id");

  /** A stream has no end. */
  private static final String STREAM = "/events";

  /** As many names as are picked from; the newest replace others. */
  private static final int MOST_KNOWN = 200;

  private final SchemaCheck schemas;
  private final Random random;
  private final List<Map.Entry<String, JsonNode>> paths;
  private final List<String> known = new ArrayList<>();

  RandomRequests(JsonNode document, Random random) {
    schemas = new SchemaCheck(document);
    this.random = random;
    paths = new ArrayList<>(document.path("paths").properties());
    paths.removeIf(each -> each.getKey().endsWith(STREAM));
  }

  /**
   * @param call its path in the document
   * @param body null for none
   * @param contentType of the body
   */
  record Made(
      String method,
      String call,
      String url,
      String body,
      String contentType,
      JsonNode operation) {}

  void learn(String name) {
    if (known.size() < MOST_KNOWN) {
      known.add(name);
    } else {
      known.set(random.nextInt(MOST_KNOWN), name);
    }
  }

  /** Learns the names in an answer. */
  void learn(JsonNode answer) {
    for (Map.Entry<String, JsonNode> field : answer.properties()) {
      if (NAMES.contains(field.getKey()) && field.getValue().isTextual()) {
        learn(field.getValue().asText());
      }
    }
    answer.forEach(this::learn);
  }

  Made next() {
    var path = paths.get(random.nextInt(paths.size()));
    var methods = new ArrayList<>(path.getValue().properties());
    var method = methods.get(random.nextInt(methods.size()));
    JsonNode operation = method.getValue();
    JsonNode schema =
        operation.path("requestBody").path("content").path("application/json").path("schema");
    String type = random.nextInt(50) == 0 ? "text/plain" : "application/json";
    String url = filled(path.getKey()) + query(path.getKey(), operation);
    return new Made(method.getKey(), path.getKey(), url, body(schema), type, operation);
  }

  private String body(JsonNode schema) {
    if (schema.isMissingNode()) {
      return "{}";
    }
    String valid = shortWait(value(schema, 0)).toString();
    return switch (random.nextInt(30)) {
      case 0 -> nasty();
      case 1 -> valid.substring(0, random.nextInt(valid.length() + 1));
      default -> valid;
    };
  }

  /** A lease request that waits would take the time of a hundred others. */
  private static JsonNode shortWait(JsonNode body) {
    if (body instanceof ObjectNode object && object.path("waitMillis").asLong() > 100) {
      object.put("waitMillis", 1);
    }
    return body;
  }

  private String filled(String path) {
    String filled = path;
    while (filled.contains("{")) {
      String value = pick();
      filled =
          filled.replaceFirst(
              "\\{\\w+}", URLEncoder.encode(value.isEmpty() ? "x" : value, StandardCharsets.UTF_8));
    }
    return filled;
  }

  private String query(String path, JsonNode operation) {
    var query = new StringBuilder();
    for (JsonNode parameter : operation.path("parameters")) {
      String name = parameter.path("name").asText();
      // Waiting for a change takes half a minute.
      boolean waits = path.endsWith("/watch");
      if (parameter.path("in").asText().equals("query") && (waits || random.nextBoolean())) {
        boolean integer = parameter.path("schema").path("type").asText().equals("integer");
        String number = integer && random.nextInt(5) > 0 ? Long.toString(number()) : pick();
        query
            .append(query.isEmpty() ? '?' : '&')
            .append(name)
            .append('=')
            .append(URLEncoder.encode(waits ? "0" : number, StandardCharsets.UTF_8));
      }
    }
    return query.toString();
  }

  private JsonNode value(JsonNode given, int depth) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    JsonNode schema = schemas.resolved(given);
    if (random.nextInt(40) == 0) {
      return random.nextBoolean() ? nodes.nullNode() : nodes.textNode(nasty());
    }
    if (schema.has("oneOf")) {
      return value(schema.path("oneOf").get(random.nextInt(schema.path("oneOf").size())), depth);
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
      default -> known.isEmpty() ? nasty() : known.get(random.nextInt(known.size()));
    };
  }

  private String nasty() {
    return NASTY.get(random.nextInt(NASTY.size()));
  }
}
