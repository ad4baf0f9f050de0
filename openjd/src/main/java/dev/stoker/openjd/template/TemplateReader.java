package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads template text, YAML or JSON, into a document. What arrives over the network comes through
 * here: size, depth, aliases and numerals are bounded, keys are unique within their map, tags are
 * refused, and nothing but maps, lists, strings, numbers, booleans and null can come out.
 */
public final class TemplateReader {
  /**
   * Templates with all their embedded scripts are a few hundred KiB; this is room for ten times.
   */
  public static final int MAX_CHARACTERS = 3_000_000;

  private TemplateReader() {}

  /**
   * Reads a document.
   *
   * @throws TemplateException when the text is neither YAML nor JSON, or breaks a bound
   */
  public static JsonNode parse(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw new TemplateException(
          "The template has "
              + text.length()
              + " characters; at most "
              + MAX_CHARACTERS
              + " are read.");
    }
    String start = text.stripLeading();
    if (!start.startsWith("{") || !start.substring(1).stripLeading().startsWith("\"")) {
      return YamlDocument.read(text);
    }
    try {
      return JsonDocument.read(text);
    } catch (TemplateException notJson) {
      try {
        return YamlDocument.read(text); // its flow style: {"name": Shot}
      } catch (TemplateException notYamlEither) {
        throw notJson;
      }
    }
  }
}
