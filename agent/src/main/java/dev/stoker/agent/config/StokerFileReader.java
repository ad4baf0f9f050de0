package dev.stoker.agent.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a {@code stoker.yaml} strictly: what it does not know, it names. */
final class StokerFileReader {
  /** A configuration is a page of text; larger is a wrong file, such as a scene. */
  private static final long LARGEST_BYTES = 1 << 20;

  private StokerFileReader() {}

  static StokerFile read(Path file) {
    String text = textOf(file);
    if (text.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) {
      return StokerFile.EMPTY;
    }
    YAMLMapper mapper =
        YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();
    try {
      return mapper.readValue(text, StokerFile.class);
    } catch (UnrecognizedPropertyException e) {
      throw new ConfigFailure(
          "%s: unknown key '%s'; allowed%s are %s."
              .formatted(file, where(e), within(e), allowed(e)));
    } catch (MismatchedInputException e) {
      throw new ConfigFailure(
          "%s: '%s' must be %s%s.".formatted(file, where(e), expected(e.getTargetType()), at(e)));
    } catch (JsonMappingException e) {
      throw new ConfigFailure("%s: cannot read '%s': %s".formatted(file, where(e), reason(e)));
    } catch (JsonProcessingException e) {
      throw new ConfigFailure("%s is not valid YAML: %s".formatted(file, reason(e)));
    }
  }

  private static String textOf(Path file) {
    try {
      if (Files.size(file) > LARGEST_BYTES) {
        throw new ConfigFailure(
            "%s has more than %d bytes, so it is no configuration.".formatted(file, LARGEST_BYTES));
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new ConfigFailure(
          "Cannot read the configuration %s: %s.".formatted(file, e.getMessage()));
    }
  }

  /** The key's path as in {@code locations[0].uri}. */
  private static String where(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.isEmpty() ? "the whole file" : path.toString();
  }

  private static String within(UnrecognizedPropertyException e) {
    String path = where(e);
    int parentEnds = path.lastIndexOf('.');
    return parentEnds < 0 ? "" : " in '" + path.substring(0, parentEnds) + "'";
  }

  private static String allowed(UnrecognizedPropertyException e) {
    return e.getKnownPropertyIds().stream()
        .map(String::valueOf)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == Integer.class) {
      return "a whole number";
    }
    if (type == String.class) {
      return "a text";
    }
    return type != null && Collection.class.isAssignableFrom(type) ? "a list" : "a group of keys";
  }

  /** The library's first line, without the source dump that follows; a token may stand in it. */
  private static String reason(JsonProcessingException e) {
    return List.of(e.getOriginalMessage().split("\n", 2)).getFirst() + at(e) + ".";
  }

  private static String at(JsonProcessingException e) {
    @Nullable JsonLocation at = e.getLocation();
    return at == null || at.getLineNr() < 1
        ? ""
        : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
  }
}
