package dev.stoker.controller.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stoker.controller.protocol.Bounds;
import dev.stoker.controller.protocol.Failure;
import dev.stoker.controller.protocol.Variant;
import dev.stoker.controller.protocol.Wire;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Describes the interface as OpenAPI 3.1, from the list of calls and the records they carry. */
final class OpenApi {
  private static final Pattern RANGED = Pattern.compile("(\\w+) (\\d+)\\.\\.(\\d+)");

  /** How JSON Schema names the bounds of what is counted, after {@code min} and {@code max}. */
  private static final Map<String, String> LENGTHS =
      Map.of("string", "Length", "array", "Items", "object", "Properties");

  /** No control character, and one that is no blank. */
  private static final String PRINTABLE =
      "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$";

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
  private boolean sent;

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
    document.put("openapi", "3.1.0");
    document.putObject("info").put("title", "Stoker controller").put("version", "1");
    ObjectNode paths = document.putObject("paths");
    // What is sent comes first: answers have all fields, and refer to these where they are the
    // same.
    sent = true;
    Calls.ALL.stream().map(Calls.Call::body).filter(Objects::nonNull).forEach(this::schema);
    sent = false;
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
      JsonNode example = call.example();
      if (example != null) {
        ((ObjectNode) request.path("content").path("application/json")).set("example", example);
      }
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

  private ObjectNode schema(AnnotatedType annotated) {
    ObjectNode schema;
    if (annotated instanceof AnnotatedParameterizedType generic) {
      AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
      Type raw = ((ParameterizedType) generic.getType()).getRawType();
      schema = object();
      if (raw == List.class) {
        schema.put("type", "array").set("items", schema(arguments[0]));
      } else if (raw == Map.class) {
        schema.put("type", "object").set("additionalProperties", schema(arguments[1]));
        if (arguments[0].isAnnotationPresent(Bounds.class)) {
          schema.set("propertyNames", schema(arguments[0]));
        }
      } else {
        throw new IllegalStateException("The interface has no form for " + annotated + ".");
      }
    } else {
      schema = schema((Class<?>) annotated.getType());
      if (annotated.getType() == JsonNode.class && !annotated.isAnnotationPresent(Nullable.class)) {
        schema.put("type", "object"); // a template; what is kept for people to look at may be all
      }
    }
    Bounds bounds = annotated.getAnnotation(Bounds.class);
    if (bounds != null) {
      bound(schema, bounds);
    }
    return schema;
  }

  private static void bound(ObjectNode schema, Bounds bounds) {
    String of = LENGTHS.getOrDefault(schema.path("type").asText(), "imum");
    if (bounds.least() != Long.MIN_VALUE) {
      schema.put("min" + of, bounds.least());
    }
    if (bounds.most() != Long.MAX_VALUE) {
      schema.put("max" + of, bounds.most());
    }
    if (bounds.unique()) {
      schema.put("uniqueItems", true);
    }
    if (bounds.printable()) {
      schema.put("pattern", bounds.least() > 0 ? PRINTABLE : "^$|" + PRINTABLE);
    } else if (!bounds.pattern().isEmpty()) {
      schema.put("pattern", bounds.pattern());
    }
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
      Variant[] variants = type.getAnnotationsByType(Variant.class);
      if (variants.length == 0) {
        fields(schema, type, null);
      } else {
        schema.remove("type");
        ArrayNode forms = schema.putArray("oneOf");
        for (Variant variant : variants) {
          fields(forms.addObject().put("type", "object"), type, variant);
        }
      }
    }
    return object().put("$ref", "#/components/schemas/" + name);
  }

  /**
   * @param variant the form of a request, null where it has one only
   */
  private void fields(ObjectNode schema, Class<?> type, @Nullable Variant variant) {
    List<String> without = variant == null ? List.of() : List.of(variant.without());
    List<String> needs = variant == null ? List.of() : List.of(variant.needs());
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = object().putArray("required");
    for (RecordComponent component : type.getRecordComponents()) {
      String name = component.getName();
      if (without.contains(name)) {
        continue;
      }
      if (variant != null && name.equals("kind")) {
        properties.putObject(name).put("type", "string").putArray("enum").add(variant.kind());
      } else {
        properties.set(name, schema(component.getAnnotatedType()));
      }
      if (needs.contains(name) || !isOptional(component)) {
        required.add(name);
      } else if (sent) {
        properties.set(name, nullable((ObjectNode) properties.path(name)));
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
  }

  private static ObjectNode nullable(ObjectNode schema) {
    ObjectNode either = object();
    either.putArray("anyOf").add(schema).addObject().put("type", "null");
    return either;
  }

  /** In what is sent, lists and maps that are left out are empty, and numbers zero. */
  private boolean isOptional(RecordComponent component) {
    AnnotatedType type = component.getAnnotatedType();
    if (type.isAnnotationPresent(Nullable.class)) {
      return true;
    }
    Class<?> raw = component.getType();
    Bounds bounds = type.getAnnotation(Bounds.class);
    boolean optional = bounds != null && bounds.optional();
    boolean mayBeEmpty = bounds == null || (bounds.least() <= 0 && bounds.most() >= 0);
    boolean hasEmpty = raw == List.class || raw == Map.class || raw.isPrimitive();
    return sent && (optional || (mayBeEmpty && hasEmpty));
  }

  private static ObjectNode object() {
    return Wire.mapper().createObjectNode();
  }
}
