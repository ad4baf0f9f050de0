package dev.stoker.openjd.template;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Builds a tree from a parser's tokens, with rules stricter than Jackson's own tree: keys are
 * unique within a map, aliases are resolved and their expansion counted, tags are refused, and a
 * plain YAML scalar is a number only when JSON would write it so (YAML 1.1's {@code 1_000}, {@code
 * 0x10} and {@code 12:30:45} stay text).
 */
final class DocumentBuilder {
  /** Bounds what aliases can blow up to ("billion laughs"); templates have some thousand nodes. */
  private static final int MAX_NODES = 1_000_000;

  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?");

  private final JsonParser parser;
  private final JsonNodeFactory nodes = JsonNodeFactory.instance;
  private final Map<String, JsonNode> anchors = new HashMap<>();
  private final Map<String, Integer> anchorSizes = new HashMap<>();
  private int nodeCount;

  DocumentBuilder(JsonParser parser) {
    this.parser = parser;
  }

  JsonNode build() throws IOException {
    if (parser.nextToken() == null) {
      throw new TemplateException("The template is empty.");
    }
    JsonNode root = node(0);
    if (parser.nextToken() != null) {
      throw new TemplateException("The template has a second document" + line() + ".");
    }
    return root;
  }

  private JsonNode node(int depth) throws IOException {
    count(1);
    if (depth > TemplateReader.MAX_DEPTH) {
      throw new TemplateException(
          "The template nests deeper than " + TemplateReader.MAX_DEPTH + " levels" + line() + ".");
    }
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      return alias(yaml.getText());
    }
    if (parser.getTypeId() != null) {
      throw new TemplateException(
          "The template has the tag '"
              + parser.getTypeId()
              + "'"
              + line()
              + "; tags are not allowed.");
    }
    String anchor = parser instanceof YAMLParser yaml ? yaml.getObjectId() : null;
    int before = nodeCount;
    JsonNode node =
        switch (parser.currentToken()) {
          case START_OBJECT -> object(depth);
          case START_ARRAY -> array(depth);
          default -> scalar();
        };
    if (anchor != null) {
      anchors.put(anchor, node);
      anchorSizes.put(anchor, nodeCount - before + 1);
    }
    return node;
  }

  private JsonNode alias(String name) throws IOException {
    JsonNode target = anchors.get(name);
    Integer size = anchorSizes.get(name);
    if (target == null || size == null) {
      throw new TemplateException(
          "The template's alias '*" + name + "'" + line() + " refers to no anchor before it.");
    }
    count(size);
    return target;
  }

  private ObjectNode object(int depth) throws IOException {
    ObjectNode object = nodes.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      if (object.has(key)) {
        throw new TemplateException("The template has the key '" + key + "' twice" + line() + ".");
      }
      if (parser.nextToken() == null) {
        throw new TemplateException("The template ends within a map.");
      }
      object.set(key, node(depth + 1));
    }
    return object;
  }

  private ArrayNode array(int depth) throws IOException {
    ArrayNode array = nodes.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(node(depth + 1));
    }
    return array;
  }

  private JsonNode scalar() throws IOException {
    String text = parser.getText();
    return switch (parser.currentToken()) {
      case VALUE_STRING -> nodes.textNode(text);
      case VALUE_TRUE -> nodes.booleanNode(true);
      case VALUE_FALSE -> nodes.booleanNode(false);
      case VALUE_NULL -> nodes.nullNode();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(text);
      default ->
          throw new TemplateException("The template has something unexpected" + line() + ".");
    };
  }

  private JsonNode number(String text) {
    if (INTEGER.matcher(text).matches()) {
      return nodes.numberNode(new BigInteger(text));
    }
    return DECIMAL.matcher(text).matches()
        ? DecimalNode.valueOf(new BigDecimal(text))
        : nodes.textNode(text);
  }

  private void count(int more) throws IOException {
    nodeCount += more;
    if (nodeCount > MAX_NODES) {
      throw new TemplateException(
          "The template has more than " + MAX_NODES + " values, aliases expanded" + line() + ".");
    }
  }

  private String line() {
    return " in line " + parser.currentLocation().getLineNr();
  }
}
