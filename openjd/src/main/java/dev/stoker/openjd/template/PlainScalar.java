package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * What an unquoted scalar stands for. The numbers are YAML 1.2's decimal ones and nothing else:
 * YAML 1.1's {@code yes}, {@code 1_000}, {@code 0x10} and {@code 12:30:45} are text.
 */
final class PlainScalar {
  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,1000}");
  private static final Pattern DECIMAL =
      Pattern.compile(
          "[+-]?([0-9]{1,1000}(\\.[0-9]{0,1000})?|\\.[0-9]{1,1000})([eE][+-]?[0-9]{1,4})?");

  private PlainScalar() {}

  static JsonNode node(String text) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (text) {
      case "", "~", "null", "Null", "NULL" -> nodes.nullNode();
      case "true", "True", "TRUE" -> nodes.booleanNode(true);
      case "false", "False", "FALSE" -> nodes.booleanNode(false);
      default -> {
        if (INTEGER.matcher(text).matches()) {
          yield nodes.numberNode(new BigInteger(text));
        }
        // not by the factory, which may strip zeros: 2.50 stays 2.50
        yield DECIMAL.matcher(text).matches()
            ? DecimalNode.valueOf(new BigDecimal(text))
            : nodes.textNode(text);
      }
    };
  }
}
