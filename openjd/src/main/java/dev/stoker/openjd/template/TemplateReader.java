package dev.stoker.openjd.template;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * Reads template text, YAML or JSON, into a document. What arrives over the network comes through
 * here, so size, depth, aliases and numerals are bounded, and nothing but maps, lists, strings,
 * numbers, booleans and null can come out.
 */
public final class TemplateReader {
  /**
   * Templates with all their embedded scripts are a few hundred KiB; this is room for ten times.
   */
  public static final int MAX_CHARACTERS = 3_000_000;

  /** The schema nests 11 deep. */
  static final int MAX_DEPTH = 64;

  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(MAX_DEPTH)
          .maxNumberLength(1024)
          .maxStringLength(MAX_CHARACTERS)
          .build();

  private static final JsonFactory JSON =
      JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build();

  private static final YAMLFactory YAML =
      YAMLFactory.builder().streamReadConstraints(CONSTRAINTS).build();

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
    // JSON proper is told apart by its quoted first key; "{a: b}" is YAML's flow style.
    String start = text.stripLeading();
    boolean json = start.startsWith("{") && start.substring(1).stripLeading().startsWith("\"");
    try (JsonParser parser = json ? JSON.createParser(text) : YAML.createParser(text)) {
      return new DocumentBuilder(parser).build();
    } catch (JsonProcessingException e) {
      throw new TemplateException(
          "The template is not valid "
              + (json ? "JSON" : "YAML")
              + ": "
              + reason(e)
              + place(e.getLocation())
              + ".");
    } catch (IOException e) {
      throw new UncheckedIOException("reading a template from memory failed", e);
    } catch (StackOverflowError | RuntimeException e) {
      if (e instanceof TemplateException known) {
        throw known;
      }
      throw new TemplateException(
          "The template is not valid "
              + (json ? "JSON" : "YAML")
              + ": "
              + firstLine(String.valueOf(e.getMessage()))
              + ".");
    }
  }

  private static String reason(JsonProcessingException e) {
    return firstLine(e.getOriginalMessage());
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("it cannot be read").strip();
  }

  private static String place(JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? ""
        : String.format(
            Locale.ROOT, " (line %d, column %d)", location.getLineNr(), location.getColumnNr());
  }
}
