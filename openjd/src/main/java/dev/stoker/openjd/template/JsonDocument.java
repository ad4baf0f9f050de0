package dev.stoker.openjd.template;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Builds a document from JSON's tokens. */
final class JsonDocument {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(TemplateReader.MAX_CHARACTERS)
                  .maxNumberLength(1000)
                  .build())
          .build();

  private final JsonParser parser;
  private final NodeBudget budget = new NodeBudget();

  private JsonDocument(JsonParser parser) {
    this.parser = parser;
  }

  static JsonNode read(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      return new JsonDocument(parser).document();
    } catch (JsonProcessingException e) {
      String reason = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("").strip();
      throw new TemplateException(
          "The template is not valid JSON: "
              + reason
              + (e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr())
              + ".");
    } catch (IOException e) {
      throw new UncheckedIOException("reading a template from memory failed", e);
    }
  }

  private JsonNode document() throws IOException {
    parser.nextToken();
    JsonNode root = node(0);
    if (parser.nextToken() != null) {
      throw new TemplateException("The template goes on after its end in line " + line() + ".");
    }
    return root;
  }

  private JsonNode node(int depth) throws IOException {
    budget.take(depth, line());
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new TemplateException("The template ends too early in line " + line() + ".");
    }
    return switch (token) {
      case START_OBJECT -> map(depth);
      case START_ARRAY -> list(depth);
      case VALUE_STRING -> JsonNodeFactory.instance.textNode(parser.getText());
      // JSON spells its other values as YAML does
      default -> PlainScalar.node(parser.getText());
    };
  }

  private ObjectNode map(int depth) throws IOException {
    ObjectNode map = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (map.has(key)) {
        throw new TemplateException(
            "The template has the key '" + key + "' twice, again in line " + line() + ".");
      }
      parser.nextToken();
      map.set(key, node(depth + 1));
    }
    return map;
  }

  private ArrayNode list(int depth) throws IOException {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(node(depth + 1));
    }
    return list;
  }

  private int line() {
    return parser.currentLocation().getLineNr();
  }
}
