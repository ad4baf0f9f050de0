package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.FormatString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A place of the document being decoded. Each reading method reports what is wrong there and then
 * returns a harmless stand-in, so that decoding goes on and finds every problem; stand-ins never
 * leave, since decoding throws when there was a problem. A missing field reads as a stand-in
 * without a report: whoever required it has reported it.
 */
record Field(@Nullable JsonNode node, String path, Context context) {
  private static final FormatString EMPTY = FormatString.literal("");

  static Field root(JsonNode node, Context context) {
    return new Field(node, "", context);
  }

  boolean present() {
    return node != null;
  }

  void problem(String message) {
    context.add(path, message);
  }

  /** The map here; keys other than these are reported. */
  Fields fields(String... keys) {
    if (node instanceof ObjectNode object) {
      Fields fields = new Fields(object, this);
      fields.reportOtherThan(Set.of(keys));
      return fields;
    }
    mismatch("a map");
    return new Fields(null, this);
  }

  /** The elements of the list here: at least one, at most {@code max}. */
  List<Field> elements(int max) {
    if (node == null) {
      return List.of();
    }
    if (!node.isArray()) {
      mismatch("a list");
      return List.of();
    }
    if (node.isEmpty()) {
      problem("The list must not be empty.");
    }
    if (node.size() > max) {
      problem("The list has " + node.size() + " elements; at most " + max + " are allowed.");
    }
    List<Field> elements = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      elements.add(new Field(node.get(i), path + "[" + i + "]", context));
    }
    return elements;
  }

  String text(TextRule rule) {
    if (node == null || !node.isTextual()) {
      mismatch("a string");
      return "";
    }
    String text = node.textValue();
    rule.violation(text).ifPresent(violation -> problem("The text " + violation + "."));
    return text;
  }

  @Nullable String optionalText(TextRule rule) {
    return present() ? text(rule) : null;
  }

  /**
   * The format string here. Names must be in scope; the rule applies to the text as written, its
   * length limit only when nothing is to be filled in (what is filled in may be longer or shorter).
   */
  FormatString format(Scope scope, TextRule rule) {
    if (node == null || !node.isTextual()) {
      mismatch("a string");
      return EMPTY;
    }
    return format(node.textValue(), scope, rule);
  }

  /** Whether something is to be filled in here. */
  boolean isFormat() {
    return node != null && node.isTextual() && node.textValue().contains("{{");
  }

  private FormatString format(String text, Scope scope, TextRule rule) {
    FormatString format;
    try {
      format = FormatString.parse(text);
    } catch (ExpressionException e) {
      problem("The text cannot be read as a format string: " + e.getMessage() + ".");
      return EMPTY;
    }
    scope.missing(format).forEach(this::problem);
    TextRule applicable =
        format.isLiteral()
            ? rule
            : new TextRule(rule.minLength(), Integer.MAX_VALUE, rule.allowedControls(), null, "");
    applicable.violation(text).ifPresent(violation -> problem("The text " + violation + "."));
    return format;
  }

  /** The text of the number here; empty where there is none, which is not reported. */
  Optional<String> numeral(boolean integral) {
    return node != null && (integral ? node.isIntegralNumber() : node.isNumber())
        ? Optional.of(node.asText())
        : Optional.empty();
  }

  boolean flag() {
    if (node == null) {
      return false;
    }
    if (!node.isBoolean()) {
      mismatch("true or false");
    }
    return node.booleanValue();
  }

  /** One of the enum's constants, spelt as they are; the first one as stand-in. */
  <E extends Enum<E>> E choice(Class<E> type) {
    E[] constants = type.getEnumConstants();
    String text = text(TextRule.ANY);
    for (E constant : constants) {
      if (constant.name().equals(text)) {
        return constant;
      }
    }
    if (node != null && node.isTextual()) {
      problem("'" + shown() + "' is none of " + Arrays.toString(constants) + ".");
    }
    return constants[0];
  }

  <E extends Enum<E>> @Nullable E optionalChoice(Class<E> type) {
    return present() ? choice(type) : null;
  }

  /** Reports that the value here is not what is wanted; silent for a missing field. */
  void mismatch(String wanted) {
    if (node != null) {
      problem("It must be " + wanted + ", not " + kind() + ".");
    }
  }

  private String kind() {
    if (node == null || node.isNull()) {
      return "null";
    }
    return switch (node.getNodeType()) {
      case OBJECT -> "a map";
      case ARRAY -> "a list";
      case STRING -> "the string '" + shown() + "'";
      default -> node.asText();
    };
  }

  /** The value's text, cut where it is long. */
  String shown() {
    String text = node == null ? "" : node.asText();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
