package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads environments; {@code template} is what their timeouts may name. */
record EnvironmentReader(Scope template) {

  /** A list of environments whose names differ from each other and from {@code taken}. */
  List<Environment> readAll(Field field, Set<String> taken) {
    List<Environment> environments = new ArrayList<>();
    Set<String> names = new HashSet<>(taken);
    for (Field element : field.elements(Integer.MAX_VALUE)) {
      Environment environment = read(element);
      if (!names.add(environment.name())) {
        element.problem("An environment named '" + environment.name() + "' is there already.");
      }
      environments.add(environment);
    }
    return environments;
  }

  Environment read(Field field) {
    Fields fields = field.fields("name", "description", "script", "variables");
    Field script = fields.get("script");
    Field variables = fields.get("variables");
    if (fields.object() != null && !script.present() && !variables.present()) {
      field.problem("An environment must have a script, variables, or both.");
    }
    Limits limits = field.context().limits();
    Scope scope = template.ofEnvironment(EmbeddedFileReader.names(script));
    return new Environment(
        fields.required("name").text(TextRule.name(limits.environmentName())),
        fields.get("description").optionalText(TextRule.DESCRIPTION),
        script.present() ? script(script, scope) : null,
        variables(variables, scope));
  }

  private EnvironmentScript script(Field script, Scope scope) {
    Fields fields = script.fields("actions", "embeddedFiles");
    Fields actions = fields.required("actions").fields("onEnter", "onExit");
    ActionReader reader = new ActionReader(scope, template);
    Field onExit = actions.get("onExit");
    return new EnvironmentScript(
        reader.read(actions.required("onEnter")),
        onExit.present() ? reader.read(onExit) : null,
        EmbeddedFileReader.read(fields.get("embeddedFiles"), scope));
  }

  private static Map<String, FormatString> variables(Field field, Scope scope) {
    if (!field.present()) {
      return Map.of();
    }
    Map<String, FormatString> variables = new LinkedHashMap<>();
    if (field.node() == null || !field.node().isObject()) {
      field.mismatch("a map");
      return variables;
    }
    if (field.node().isEmpty()) {
      field.problem("The map must not be empty.");
    }
    field
        .node()
        .properties()
        .forEach(
            entry -> {
              Field value =
                  new Field(
                      entry.getValue(), field.path() + " -> " + entry.getKey(), field.context());
              TextRule.VARIABLE_NAME
                  .violation(entry.getKey())
                  .ifPresent(violation -> value.problem("The variable's name " + violation + "."));
              variables.put(entry.getKey(), value.format(scope, TextRule.VARIABLE_VALUE));
            });
    return variables;
  }
}
