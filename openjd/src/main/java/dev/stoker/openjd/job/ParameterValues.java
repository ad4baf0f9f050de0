package dev.stoker.openjd.job;

import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.param.DataFlow;
import dev.stoker.openjd.param.JobParameter;
import dev.stoker.openjd.param.JobParameterType;
import dev.stoker.openjd.param.MergedParameter;
import dev.stoker.openjd.param.ObjectType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gives each parameter its value: the submitted one, else the default. */
record ParameterValues(PathJoiner paths, Consumer<String> problems) {

  Map<String, JobParameter> of(List<MergedParameter> definitions, Map<String, String> submitted) {
    Map<String, JobParameter> parameters = new LinkedHashMap<>();
    for (MergedParameter definition : definitions) {
      checkDefault(definition);
      String text = submitted.get(definition.name());
      Value value = text == null ? defaultOf(definition) : submitted(definition, text);
      if (value != null) {
        parameters.put(definition.name(), parameter(definition, value));
      }
    }
    for (String name : submitted.keySet()) {
      if (definitions.stream().noneMatch(definition -> definition.name().equals(name))) {
        problems.accept(
            "A value is given for the parameter '" + name + "', which no template defines.");
      }
    }
    return parameters;
  }

  /** The merged definition must be consistent even where a value is given (section 1.2.1). */
  private void checkDefault(MergedParameter definition) {
    Value value = definition.defaultValue();
    if (value != null) {
      for (String violation : definition.constraints().violations(value)) {
        problems.accept(defaultSentence(definition, value, violation));
      }
    }
  }

  private @Nullable Value defaultOf(MergedParameter definition) {
    Value value = definition.defaultValue();
    if (value == null) {
      problems.accept(
          "The parameter '" + definition.name() + "' has no value; give one, it has no default.");
      return null;
    }
    if (!(value instanceof Value.PathText(String path))) {
      return value;
    }
    try {
      Value joined = new Value.PathText(paths.defaulted(path));
      // Unlike a submitted path, a default is held to its constraints again once it is joined.
      for (String violation : definition.constraints().violations(joined)) {
        problems.accept(defaultSentence(definition, joined, violation));
      }
      return joined;
    } catch (PathJoiner.UnusablePath e) {
      problems.accept(defaultSentence(definition, value, e.reason()));
      return null;
    }
  }

  private static String defaultSentence(MergedParameter definition, Value value, String rest) {
    return "The default of the parameter '"
        + definition.name()
        + "', '"
        + value.text()
        + "', "
        + rest
        + ".";
  }

  private @Nullable Value submitted(MergedParameter definition, String text) {
    Optional<? extends Value> value = definition.type().parse(text);
    if (value.isEmpty()) {
      problems.accept(valueSentence(definition, text, "is not " + definition.type().description()));
      return null;
    }
    for (String violation : definition.constraints().violations(value.get())) {
      problems.accept(valueSentence(definition, text, violation));
    }
    if (definition.type() != JobParameterType.PATH) {
      return value.get();
    }
    try {
      return new Value.PathText(paths.submitted(text));
    } catch (PathJoiner.UnusablePath e) {
      problems.accept(valueSentence(definition, text, e.reason()));
      return null;
    }
  }

  private static String valueSentence(MergedParameter definition, String text, String rest) {
    return "The value of the parameter '" + definition.name() + "', '" + text + "', " + rest + ".";
  }

  private static JobParameter parameter(MergedParameter definition, Value value) {
    ObjectType objectType = definition.objectType();
    DataFlow dataFlow = definition.dataFlow();
    return new JobParameter(
        definition.name(),
        definition.type(),
        value,
        objectType == null ? ObjectType.DIRECTORY : objectType,
        dataFlow == null ? DataFlow.NONE : dataFlow);
  }
}
