package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.space.Combination;
import dev.stoker.openjd.space.RangeConstraint;
import dev.stoker.openjd.space.TaskParameterType;
import dev.stoker.openjd.template.ParameterSpace.Chunks;
import dev.stoker.openjd.template.ParameterSpace.Definition;
import dev.stoker.openjd.template.ParameterSpace.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads parameter spaces. Everything in them is resolved when the job is created. */
record ParameterSpaceReader(Scope scope) {
  private static final TextRule TASK_VALUE =
      new TextRule(1, Limits.PARAMETER_VALUE, null, null, "");

  /** The task parameters, read leniently: needed before the script can be decoded. */
  static Map<String, TaskParameterType> names(Field space) {
    Map<String, TaskParameterType> names = new LinkedHashMap<>();
    JsonNode node = space.node();
    if (node != null) {
      for (JsonNode definition : node.path("taskParameterDefinitions")) {
        names.put(
            definition.path("name").asText(),
            TaskParameterType.ofWord(definition.path("type").asText())
                .orElse(TaskParameterType.STRING));
      }
    }
    return names;
  }

  ParameterSpace read(Field field) {
    Fields fields = field.fields("taskParameterDefinitions", "combination");
    List<Definition> definitions = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    Field list = fields.required("taskParameterDefinitions");
    for (Field element : list.elements(Limits.TASK_PARAMETERS)) {
      Definition definition = definition(element);
      if (!names.add(definition.name())) {
        element.problem("A task parameter named '" + definition.name() + "' is there already.");
      }
      definitions.add(definition);
    }
    List<String> chunked =
        definitions.stream()
            .filter(definition -> definition.type() == TaskParameterType.CHUNK_INT)
            .map(Definition::name)
            .toList();
    if (chunked.size() > 1) {
      list.problem("A step may have one parameter of type CHUNK[INT]; it has " + chunked + ".");
    }
    return new ParameterSpace(definitions, combination(fields.get("combination"), names, chunked));
  }

  private static @Nullable String combination(
      Field field, Set<String> names, List<String> chunked) {
    if (!field.present()) {
      return null;
    }
    String text = field.text(TextRule.NOT_EMPTY);
    if (text.isEmpty()) {
      return null;
    }
    try {
      Combination combination = Combination.parse(text, names);
      for (String name : chunked) {
        if (combination.associates(name)) {
          field.problem(
              "The chunked task parameter '"
                  + name
                  + "' cannot be associated with another; combine"
                  + " it with '*'.");
        }
      }
    } catch (ExpressionException e) {
      field.problem("The combination expression cannot be read: " + e.getMessage() + ".");
    }
    return text;
  }

  private Definition definition(Field field) {
    TaskParameterType type = type(field);
    Fields fields =
        type == TaskParameterType.CHUNK_INT
            ? field.fields("name", "type", "range", "chunks")
            : field.fields("name", "type", "range");
    return new Definition(
        fields.required("name").text(TextRule.identifier(field.context().limits())),
        type,
        range(fields.required("range"), type),
        type == TaskParameterType.CHUNK_INT ? chunks(fields.required("chunks")) : null);
  }

  private static TaskParameterType type(Field field) {
    Field type =
        new Fields(
                field.node() instanceof com.fasterxml.jackson.databind.node.ObjectNode object
                    ? object
                    : null,
                field)
            .required("type");
    String word = type.text(TextRule.ANY);
    TaskParameterType found = TaskParameterType.ofWord(word).orElse(null);
    if (found == null) {
      if (type.node() != null && type.node().isTextual()) {
        type.problem("'" + type.shown() + "' is no type of task parameters.");
      }
      return TaskParameterType.STRING;
    }
    if (found == TaskParameterType.CHUNK_INT && !field.context().has(Extension.TASK_CHUNKING)) {
      type.problem("The type CHUNK[INT] needs the extension TASK_CHUNKING.");
    }
    return found;
  }

  private Range range(Field field, TaskParameterType type) {
    boolean integers = type == TaskParameterType.INT || type == TaskParameterType.CHUNK_INT;
    if (integers && field.node() != null && field.node().isTextual()) {
      return expression(field);
    }
    if (field.node() != null && !field.node().isArray()) {
      field.mismatch(integers ? "a list or a range expression" : "a list");
      return new Range.Items(List.of());
    }
    List<FormatString> items = new ArrayList<>();
    for (Field item : field.elements(Limits.RANGE_ITEMS)) {
      items.add(item(item, type));
    }
    return new Range.Items(items);
  }

  private Range expression(Field field) {
    FormatString text = field.format(scope, TextRule.NOT_EMPTY);
    if (text.isLiteral() && !text.source().isEmpty()) {
      try {
        RangeExpression.parse(text.source());
      } catch (ExpressionException e) {
        field.problem("It is no range: " + e.getMessage() + ".");
      }
    }
    return new Range.Expression(text);
  }

  private FormatString item(Field item, TaskParameterType type) {
    Optional<String> numeral =
        switch (type) {
          case INT, CHUNK_INT -> item.numeral(true);
          case FLOAT -> item.numeral(false);
          case STRING, PATH -> Optional.empty();
        };
    FormatString text =
        numeral.map(FormatString::literal).orElseGet(() -> item.format(scope, TASK_VALUE));
    TaskParameterType single = type == TaskParameterType.CHUNK_INT ? TaskParameterType.INT : type;
    if (text.isLiteral() && !text.source().isEmpty() && single.parse(text.source()).isEmpty()) {
      item.problem("'" + item.shown() + "' is not " + single.description() + ".");
    }
    return text;
  }

  private Chunks chunks(Field field) {
    Fields fields = field.fields("defaultTaskCount", "targetRuntimeSeconds", "rangeConstraint");
    Field seconds = fields.get("targetRuntimeSeconds");
    return new Chunks(
        new NumberField(fields.required("defaultTaskCount"), scope, null)
            .integer(1, Long.MAX_VALUE),
        seconds.present() ? new NumberField(seconds, scope, null).integer(0, Long.MAX_VALUE) : null,
        fields.required("rangeConstraint").choice(RangeConstraint.class));
  }
}
