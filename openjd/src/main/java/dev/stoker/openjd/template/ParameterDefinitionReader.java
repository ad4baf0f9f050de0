package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.param.Constraints;
import dev.stoker.openjd.param.DataFlow;
import dev.stoker.openjd.param.JobParameterDefinition;
import dev.stoker.openjd.param.JobParameterType;
import dev.stoker.openjd.param.ObjectType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the definitions of job parameters. */
final class ParameterDefinitionReader {
  private static final List<String> COMMON =
      List.of("name", "type", "description", "default", "allowedValues", "userInterface");

  private ParameterDefinitionReader() {}

  /** The parameters as scopes need them, read leniently: before any definition is decoded. */
  static List<Scope.Parameter> parameters(Field definitions) {
    List<Scope.Parameter> parameters = new ArrayList<>();
    JsonNode list = definitions.node();
    if (list != null) {
      for (JsonNode definition : list) {
        parameters.add(
            new Scope.Parameter(
                definition.path("name").asText(),
                definition.path("type").asText().equals(JobParameterType.PATH.name())));
      }
    }
    return parameters;
  }

  static List<JobParameterDefinition> readAll(Field field, int max) {
    List<JobParameterDefinition> definitions = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Field element : field.elements(max)) {
      JobParameterDefinition definition = read(element);
      if (!names.add(definition.name())) {
        element.problem("A parameter named '" + definition.name() + "' is there already.");
      }
      definitions.add(definition);
    }
    return definitions;
  }

  private static JobParameterDefinition read(Field field) {
    int problemsBefore = field.context().problems().size();
    Optional<JobParameterType> known = type(field);
    JobParameterType type = known.orElse(JobParameterType.STRING);
    Fields fields =
        known.isPresent()
            ? field.fields(keys(type))
            : new Fields(field.node() instanceof ObjectNode object ? object : null, field);
    JobParameterDefinition definition =
        new JobParameterDefinition(
            fields.required("name").text(TextRule.identifier(field.context().limits())),
            type,
            fields.get("description").optionalText(TextRule.DESCRIPTION),
            known.isPresent() ? optionalValue(fields.get("default"), type) : null,
            known.isPresent() ? constraints(fields, type) : Constraints.NONE,
            fields.get("objectType").optionalChoice(ObjectType.class),
            fields.get("dataFlow").optionalChoice(DataFlow.class),
            null);
    if (known.isPresent()) {
      if (field.context().problems().size() == problemsBefore) {
        // only then do the values stand for what the template says
        definition.inconsistencies().forEach(field::problem);
      }
      return new UserInterfaceReader(definition).addTo(fields.get("userInterface"));
    }
    return definition;
  }

  private static String[] keys(JobParameterType type) {
    List<String> keys = new ArrayList<>(COMMON);
    switch (type) {
      case STRING -> keys.addAll(List.of("minLength", "maxLength"));
      case PATH -> keys.addAll(List.of("minLength", "maxLength", "objectType", "dataFlow"));
      case INT, FLOAT -> keys.addAll(List.of("minValue", "maxValue"));
    }
    return keys.toArray(String[]::new);
  }

  private static Optional<JobParameterType> type(Field field) {
    if (!(field.node() instanceof ObjectNode object)) {
      field.mismatch("a map");
      return Optional.empty();
    }
    Field type = new Fields(object, field).required("type");
    String word = type.text(TextRule.ANY);
    Optional<JobParameterType> found =
        Arrays.stream(JobParameterType.values()).filter(one -> one.name().equals(word)).findFirst();
    if (found.isEmpty() && type.node() != null && type.node().isTextual()) {
      type.problem(
          "'" + type.shown() + "' is none of " + Arrays.toString(JobParameterType.values()) + ".");
    }
    return found;
  }

  private static Constraints constraints(Fields fields, JobParameterType type) {
    // Both reference implementations refuse null here, alone of all optional keys.
    Field allowed = fields.raw("allowedValues");
    List<Value> values = null;
    if (allowed.present()) {
      values = new ArrayList<>();
      for (Field element : allowed.elements(Integer.MAX_VALUE)) {
        values.add(value(element, type));
      }
      if (values.isEmpty()) {
        values = null; // reported: the list is empty or none
      }
    }
    return new Constraints(
        values,
        number(fields.get("minValue"), type),
        number(fields.get("maxValue"), type),
        length(fields.get("minLength"), 0),
        length(fields.get("maxLength"), 1));
  }

  private static @Nullable Value optionalValue(Field field, JobParameterType type) {
    return field.present() ? value(field, type) : null;
  }

  /** A value of the type: numbers as numbers or as strings, strings and paths as strings only. */
  private static Value value(Field field, JobParameterType type) {
    Optional<String> numeral =
        switch (type) {
          case STRING, PATH -> Optional.empty();
          case INT -> field.numeral(true);
          case FLOAT -> field.numeral(false);
        };
    String text = numeral.orElseGet(() -> field.text(TextRule.PARAMETER_VALUE));
    Optional<? extends Value> value = type.parse(text);
    if (value.isPresent()) {
      return value.get();
    }
    if (numeral.isPresent() || (field.node() != null && field.node().isTextual())) {
      field.problem("'" + field.shown() + "' is not " + type.description() + ".");
    }
    return new Value.Text("");
  }

  private static @Nullable BigDecimal number(Field field, JobParameterType type) {
    if (!field.present()) {
      return null;
    }
    return switch (value(field, type)) {
      case Value.Int integer -> BigDecimal.valueOf(integer.number());
      case Value.Decimal decimal -> decimal.number();
      default -> null;
    };
  }

  private static @Nullable Long length(Field field, long least) {
    JsonNode node = field.node();
    if (node == null) {
      return null;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      field.mismatch("an integer");
      return null;
    }
    if (node.longValue() < least) {
      field.problem("It is " + node.longValue() + "; it must be " + least + " or more.");
    }
    return node.longValue();
  }
}
