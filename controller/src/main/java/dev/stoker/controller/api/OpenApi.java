package dev.stoker.controller.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stoker.controller.protocol.Failure;
import dev.stoker.controller.protocol.Wire;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Describes the interface as OpenAPI 3.0.3, from the list of calls and the records they carry. */
final class OpenApi {
  private static final Pattern RANGED = Pattern.compile("(\\w+) (\\d+)\\.\\.(\\d+)");
  private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");

  private static final Map<Integer, String> REFUSALS =
      Map.of(
          400, "The request is wrong; the sentence names the field.",
          401, "No token, or one that is not known.",
          403, "The token is known and may not do this.",
          404, "No such node, lease, job or task.",
          409, "Something else happened meanwhile.",
          413, "The body is too large.",
          414, "The URL is too long.",
          415, "The Content-Type is not application/json.",
          429, "Too many unknown tokens from this address within a second.",
          503, "Too many streams are open.");

  private final ObjectNode schemas = object();
  private final boolean open;

  private OpenApi(boolean open) {
    this.open = open;
  }

  /**
   * The document.
   *
   * @param open whether the controller asks for no tokens
   */
  static ObjectNode document(boolean open) {
    return new OpenApi(open).build();
  }

  private ObjectNode build() {
    ObjectNode document = object();
    document.put("openapi", "3.0.3");
    document.putObject("info").put("title", "Stoker controller").put("version", "1");
    ObjectNode paths = document.putObject("paths");
    Calls.ALL.forEach(call -> operation(paths.withObjectProperty(call.path()), call));
    ObjectNode components = document.putObject("components");
    components
        .putObject("securitySchemes")
        .putObject("token")
        .put("type", "http")
        .put("scheme", "bearer");
    if (!open) {
      document.putArray("security").addObject().putArray("token");
    }
    components.set("schemas", schemas);
    return document;
  }

  private void operation(ObjectNode path, Calls.Call call) {
    ObjectNode operation = path.putObject(call.method());
    operation.put("summary", call.summary());
    if (!open && call.token() != Calls.Token.NEEDED) {
      ArrayNode either = operation.putArray("security");
      if (call.token() == Calls.Token.TAKEN) {
        either.addObject().putArray("token");
        either.addObject();
      }
    }
    ArrayNode parameters = operation.putArray("parameters");
    VARIABLE
        .matcher(call.path())
        .results()
        .forEach(found -> parameter(parameters, found.group(1), "path", "string"));
    new TreeMap<>(call.query()).forEach((name, type) -> parameter(parameters, name, "query", type));
    Class<?> body = call.body();
    if (body != null) {
      ObjectNode request = operation.putObject("requestBody").put("required", true);
      content(request, "application/json", body);
    }
    ObjectNode responses = operation.putObject("responses");
    ObjectNode done = responses.putObject("200").put("description", "Done.");
    content(done, call.media(), call.answer());
    for (int status : call.refusals()) {
      refusal(responses, String.valueOf(status), REFUSALS.getOrDefault(status, "Refused."));
    }
    refusal(responses, "default", "One sentence that says why not.");
  }

  private void refusal(ObjectNode responses, String status, String description) {
    content(
        responses.putObject(status).put("description", description),
        "application/json",
        Failure.class);
  }

  private static void parameter(ArrayNode parameters, String name, String where, String type) {
    ObjectNode parameter = parameters.addObject();
    parameter.put("name", name).put("in", where).put("required", where.equals("path"));
    ObjectNode schema = parameter.putObject("schema");
    Matcher ranged = RANGED.matcher(type);
    if (ranged.matches()) {
      schema.put("type", ranged.group(1));
      schema.put("minimum", Long.parseLong(ranged.group(2)));
      schema.put("maximum", Long.parseLong(ranged.group(3)));
    } else {
      schema.put("type", type);
    }
  }

  private void content(ObjectNode of, String media, @Nullable Class<?> type) {
    ObjectNode untyped = object();
    if (media.equals("application/json")) {
      untyped.put("type", "object");
    } else {
      untyped.put("type", "string");
    }
    of.putObject("content").putObject(media).set("schema", type == null ? untyped : schema(type));
  }

  private ObjectNode schema(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      ObjectNode schema = object();
      if (generic.getRawType() == List.class) {
        schema.put("type", "array").set("items", schema(arguments[0]));
      } else if (generic.getRawType() == Map.class) {
        schema.put("type", "object").set("additionalProperties", schema(arguments[1]));
      } else {
        throw new IllegalStateException("The interface has no form for " + type + ".");
      }
      return schema;
    }
    return schema((Class<?>) type);
  }

  private ObjectNode schema(Class<?> type) {
    if (type == String.class) {
      return object().put("type", "string");
    }
    if (type == boolean.class) {
      return object().put("type", "boolean");
    }
    if (type == int.class) {
      return object().put("type", "integer").put("format", "int32");
    }
    if (type == long.class || type == Long.class) {
      return object().put("type", "integer").put("format", "int64");
    }
    if (type == double.class || type == Double.class) {
      return object().put("type", "number").put("format", "double");
    }
    if (type == JsonNode.class) {
      return object();
    }
    if (type.isEnum()) {
      ObjectNode schema = object().put("type", "string");
      ArrayNode values = schema.putArray("enum");
      for (Object value : type.getEnumConstants()) {
        values.add(value.toString());
      }
      return schema;
    }
    return reference(type);
  }

  private ObjectNode reference(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    String name = (outer == null ? "" : outer.getSimpleName()) + type.getSimpleName();
    if (!schemas.has(name)) {
      ObjectNode schema = object().put("type", "object");
      schemas.set(name, schema);
      ObjectNode properties = schema.putObject("properties");
      ArrayNode required = object().putArray("required");
      for (RecordComponent component : type.getRecordComponents()) {
        properties.set(component.getName(), schema(component.getGenericType()));
        if (!isNullable(component.getAnnotatedType())) {
          required.add(component.getName());
        }
      }
      if (!required.isEmpty()) {
        schema.set("required", required);
      }
    }
    return object().put("$ref", "#/components/schemas/" + name);
  }

  private static boolean isNullable(AnnotatedType type) {
    return type.isAnnotationPresent(Nullable.class);
  }

  private static ObjectNode object() {
    return Wire.mapper().createObjectNode();
  }
}
