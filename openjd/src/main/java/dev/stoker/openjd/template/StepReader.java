package dev.stoker.openjd.template;

import dev.stoker.openjd.space.TaskParameterType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads steps.
 *
 * @param template what is resolved when the job is created may name this
 * @param jobEnvironments names that step environments must not have
 */
record StepReader(Scope template, Set<String> jobEnvironments) {
  private static final List<String> KEYS =
      List.of(
          "name",
          "description",
          "dependencies",
          "stepEnvironments",
          "hostRequirements",
          "parameterSpace",
          "script");

  StepTemplate read(Field field) {
    Fields fields = field.fields(keys());
    Field requirements = fields.get("hostRequirements");
    Field space = fields.get("parameterSpace");
    return new StepTemplate(
        fields.required("name").text(TextRule.name(field.context().limits().stepName())),
        fields.get("description").optionalText(TextRule.DESCRIPTION),
        dependencies(fields.get("dependencies")),
        new EnvironmentReader(template).readAll(fields.get("stepEnvironments"), jobEnvironments),
        requirements.present() ? new HostRequirementsReader(template).read(requirements) : null,
        space.present() ? new ParameterSpaceReader(template).read(space) : null,
        script(fields, ParameterSpaceReader.names(space)));
  }

  private static String[] keys() {
    List<String> keys = new ArrayList<>(KEYS);
    Arrays.stream(SimpleAction.values()).map(SimpleAction::key).forEach(keys::add);
    return keys.toArray(String[]::new);
  }

  private static List<String> dependencies(Field field) {
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Field element : field.elements(Integer.MAX_VALUE)) {
      String name = element.fields("dependsOn").required("dependsOn").text(TextRule.NOT_EMPTY);
      if (!seen.add(name)) {
        element.problem("The step depends on '" + name + "' already.");
      }
      names.add(name);
    }
    return names;
  }

  private StepScript script(Fields step, Map<String, TaskParameterType> taskParameters) {
    List<SimpleAction> simple = new ArrayList<>();
    for (SimpleAction action : SimpleAction.values()) {
      if (step.extended(action.key(), Extension.FEATURE_BUNDLE_1).present()) {
        simple.add(action);
      }
    }
    boolean full = step.get("script").present();
    if (simple.size() + (full ? 1 : 0) > 1) {
      step.owner()
          .problem(
              "The step must have one of script, bash, cmd, node, powershell and python, not"
                  + " several.");
    }
    if (!full && !simple.isEmpty()) {
      ActionReader reader = new ActionReader(template.ofTask(taskParameters, Set.of()), template);
      return simple.getFirst().read(step.get(simple.getFirst().key()), reader);
    }
    return script(step.required("script"), taskParameters);
  }

  private StepScript script(Field field, Map<String, TaskParameterType> taskParameters) {
    Fields fields = field.fields("actions", "embeddedFiles");
    Field files = fields.get("embeddedFiles");
    Scope scope = template.ofTask(taskParameters, EmbeddedFileReader.names(field));
    Fields actions = fields.required("actions").fields("onRun");
    return new StepScript(
        new ActionReader(scope, template).read(actions.required("onRun")),
        EmbeddedFileReader.read(files, scope));
  }
}
