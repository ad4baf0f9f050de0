package dev.stoker.controller.api;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import dev.stoker.controller.http.Incoming;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One request: who asks for what. */
final class Request {
  private final Incoming incoming;
  private final Map<String, String> query;
  final Caller caller;

  /** Asked while a long answer goes on: whether the caller is still who it was. */
  final BooleanSupplier stillAllowed;

  final List<String> path;

  /** Who turned out to call, for the audit log; null where {@link #caller} says it. */
  @Nullable String actor;

  Request(Incoming incoming, Caller caller, BooleanSupplier stillAllowed) {
    this.incoming = incoming;
    this.caller = caller;
    this.stillAllowed = stillAllowed;
    path = Arrays.stream(incoming.path().split("/", -1)).skip(1).map(Request::decoded).toList();
    query = query(incoming.query());
  }

  String method() {
    return incoming.method();
  }

  @Nullable String header(String name) {
    return incoming.header(name);
  }

  @Nullable String parameter(String name) {
    return query.get(name);
  }

  long number(String name, long otherwise) {
    String text = query.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new Problem(400, "The parameter " + name + " must be a whole number.");
    }
  }

  int small(String name, int otherwise) {
    return Math.clamp(number(name, otherwise), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /** The body as JSON, at most so many bytes. */
  <T> T body(Class<T> type, int limitBytes) throws InterruptedException {
    String contentType = header("Content-Type");
    // Browsers send no JSON across origins without asking first.
    if (contentType == null
        || !contentType.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new Problem(415, "The Content-Type must be application/json.");
    }
    byte[] bytes = incoming.body(limitBytes);
    try {
      T value = Wire.mapper().readValue(bytes, type);
      if (value == null) {
        throw new Problem(400, "The body is null; it must be a JSON object.");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new Problem(400, sentence(e));
    } catch (IOException e) {
      throw new IllegalStateException("A body in memory cannot be read.", e);
    }
  }

  private static String sentence(JsonProcessingException e) {
    if (e instanceof JsonParseException || e instanceof StreamConstraintsException) {
      String where = e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
      return "The body is not valid JSON" + where + ".";
    }
    String field =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(
                    at -> at.getFieldName() == null ? "[" + at.getIndex() + "]" : at.getFieldName())
                .collect(Collectors.joining("."))
                .replace(".[", "[")
            : "";
    return field.isEmpty()
        ? "The body must be a JSON object with the fields that docs/protocol.md lists."
        : "The field "
            + field
            + " is missing, null or of the wrong type; docs/protocol.md lists what it must be.";
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new HashMap<>();
    if (raw != null) {
      for (String pair : raw.split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          query.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
        }
      }
    }
    return query;
  }

  private static String decoded(String text) {
    try {
      String decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
      if (decoded.indexOf(0) >= 0) {
        throw new Problem(400, "The URL carries a NUL character, which no name has.");
      }
      return decoded;
    } catch (IllegalArgumentException e) {
      throw new Problem(400, "The URL is not percent-encoded correctly.");
    }
  }
}
