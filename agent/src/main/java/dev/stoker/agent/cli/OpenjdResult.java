package dev.stoker.agent.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stoker.controller.protocol.Wire;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an {@code openjd} command ends with, for people or as a document; both have the form of the
 * reference tool's. Errors too go to standard output, and make the exit code 1.
 *
 * @param fields of the document, after status and message; empty ones are left out
 * @param human what people see in place of the message
 */
record OpenjdResult(boolean success, String message, Map<String, Object> fields, String human) {
  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  /** How a result is written. */
  enum Format {
    HUMAN_READABLE,
    JSON,
    YAML
  }

  /** What ends a command early: a sentence for the one who called it. */
  static final class Failure extends RuntimeException {
    Failure(String message) {
      super(message);
    }
  }

  static OpenjdResult success(String message) {
    return new OpenjdResult(true, message, Map.of(), message);
  }

  /** Runs {@code command} and prints what it ends with; the exit code. */
  static int print(Context context, Format format, Supplier<OpenjdResult> command) {
    OpenjdResult result;
    try {
      result = command.get();
    } catch (Failure e) {
      String message = String.valueOf(e.getMessage());
      result = new OpenjdResult(false, message, Map.of(), message);
    }
    context.out().println(result.text(format));
    context.out().flush();
    return result.success ? 0 : CommandFailure.FAILED;
  }

  private String text(Format format) {
    try {
      return switch (format) {
        case HUMAN_READABLE -> human;
        case JSON ->
            Wire.mapper().writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document());
        case YAML -> YAML.writeValueAsString(document());
      };
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A result has no document form", e);
    }
  }

  private Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("status", success ? "success" : "error");
    document.put("message", message);
    document.putAll(fields);
    return document;
  }

  /** A map for documents: in this order, without what is null, empty or zero. */
  static Map<String, Object> map(@Nullable Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      boolean empty =
          value == null
              || value.equals("")
              || value.equals(0L)
              || (value instanceof Collection<?> many && many.isEmpty());
      if (value != null && !empty) {
        map.put(String.valueOf(namesAndValues[i]), value);
      }
    }
    return map;
  }
}
