package dev.stoker.controller.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Holds JSON against the part of JSON Schema that the controller's OpenAPI document uses. */
final class SchemaCheck {
  private final JsonNode schemas;

  SchemaCheck(JsonNode document) {
    schemas = document.path("components").path("schemas");
  }

  /** What a reference points to, what may be null when it is not, or the schema itself. */
  JsonNode resolved(JsonNode schema) {
    if (schema.has("anyOf")) {
      return resolved(schema.path("anyOf").get(0));
    }
    String reference = schema.path("$ref").asText();
    return reference.isEmpty() ? schema : schemas.path(reference.replaceAll(".*/", ""));
  }

  /** The first thing that is not as the schema has it, by path; empty when all is. */
  Optional<String> fault(JsonNode given, JsonNode schema) {
    return fault("$", given, resolved(schema));
  }

  private Optional<String> fault(String at, JsonNode value, JsonNode schema) {
    if (schema.has("enum")) {
      boolean known =
          StreamSupport.stream(schema.path("enum").spliterator(), false).anyMatch(value::equals);
      return known
          ? Optional.empty()
          : Optional.of(at + " is " + value + ", which is none of them");
    }
    boolean right =
        switch (schema.path("type").asText()) {
          case "string" -> value.isTextual();
          case "boolean" -> value.isBoolean();
          case "integer" ->
              schema.path("format").asText().equals("int32")
                  ? value.canConvertToInt()
                  : value.canConvertToLong();
          case "number" -> value.isNumber();
          case "array" -> value.isArray();
          case "object" -> value.isObject();
          default -> true;
        };
    if (!right) {
      return Optional.of(at + " is " + value + ", not " + schema.path("type").asText());
    }
    return Stream.concat(
            required(at, value, schema),
            Stream.concat(items(at, value, schema), fields(at, value, schema)))
        .findFirst();
  }

  private static Stream<String> required(String at, JsonNode value, JsonNode schema) {
    return StreamSupport.stream(schema.path("required").spliterator(), false)
        .map(JsonNode::asText)
        .filter(name -> !value.has(name))
        .map(name -> at + "." + name + " is missing");
  }

  private Stream<String> items(String at, JsonNode value, JsonNode schema) {
    return schema.has("items")
        ? IntStream.range(0, value.size())
            .mapToObj(i -> fault(at + "[" + i + "]", value.get(i), resolved(schema.path("items"))))
            .flatMap(Optional::stream)
        : Stream.empty();
  }

  private Stream<String> fields(String at, JsonNode value, JsonNode schema) {
    return value.isObject()
        ? value.properties().stream().flatMap(each -> field(at, each, schema).stream())
        : Stream.empty();
  }

  private Optional<String> field(String at, Map.Entry<String, JsonNode> field, JsonNode schema) {
    String where = at + "." + field.getKey();
    JsonNode known = schema.path("properties").path(field.getKey());
    if (!known.isMissingNode()) {
      return fault(where, field.getValue(), resolved(known));
    }
    if (schema.has("additionalProperties")) {
      return fault(where, field.getValue(), resolved(schema.path("additionalProperties")));
    }
    return schema.has("properties")
        ? Optional.of(where + " is not in the document")
        : Optional.empty();
  }
}
