package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.param.JobParameterDefinition;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decodes one document: its kind first, then the extensions it asks for (they decide which rules
 * hold, so a wrong one is all that is reported), then everything else in one pass that collects
 * problems.
 */
final class TemplateDecoder {
  private static final TextRule EXTENSION_NAME =
      new TextRule(
          3, 128, "", Pattern.compile("[A-Z_0-9]*"), "capital letters, digits and underscores");

  private final JsonNode document;
  private final Set<Extension> supported;

  TemplateDecoder(JsonNode document, Set<Extension> supported) {
    this.document = document;
    this.supported = supported;
  }

  JobTemplate jobTemplate() {
    Context context = begin(JobTemplate.SPECIFICATION_VERSION);
    Fields fields =
        Field.root(document, context)
            .fields(
                "specificationVersion",
                "$schema",
                "extensions",
                "name",
                "description",
                "parameterDefinitions",
                "jobEnvironments",
                "steps");
    Field definitions = fields.get("parameterDefinitions");
    Scope scope = Scope.template(ParameterDefinitionReader.parameters(definitions));
    FormatString name =
        fields.required("name").format(scope, TextRule.name(context.limits().jobName()));
    List<JobParameterDefinition> parameters =
        ParameterDefinitionReader.readAll(definitions, context.limits().parameters());
    List<Environment> environments =
        new EnvironmentReader(scope).readAll(fields.get("jobEnvironments"), Set.of());
    JobTemplate template =
        new JobTemplate(
            context.extensions(),
            name,
            fields.get("description").optionalText(TextRule.DESCRIPTION),
            parameters,
            environments,
            steps(fields.required("steps"), scope, environments));
    fields.get("$schema").optionalText(TextRule.ANY);
    context.throwIfProblems();
    return template;
  }

  private static List<StepTemplate> steps(
      Field field, Scope scope, List<Environment> environments) {
    Set<String> environmentNames = new HashSet<>();
    environments.forEach(environment -> environmentNames.add(environment.name()));
    StepReader reader = new StepReader(scope, environmentNames);
    List<StepTemplate> steps = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Field element : field.elements(Integer.MAX_VALUE)) {
      StepTemplate step = reader.read(element);
      if (!names.add(step.name())) {
        element.problem("A step named '" + step.name() + "' is there already.");
      }
      steps.add(step);
    }
    StepGraph.check(steps, field);
    return steps;
  }

  EnvironmentTemplate environmentTemplate() {
    Context context = begin(EnvironmentTemplate.SPECIFICATION_VERSION);
    Fields fields =
        Field.root(document, context)
            .fields(
                "specificationVersion",
                "$schema",
                "extensions",
                "parameterDefinitions",
                "environment");
    Field definitions = fields.get("parameterDefinitions");
    Scope scope = Scope.template(ParameterDefinitionReader.parameters(definitions));
    EnvironmentTemplate template =
        new EnvironmentTemplate(
            context.extensions(),
            ParameterDefinitionReader.readAll(definitions, Limits.ENVIRONMENT_PARAMETERS),
            new EnvironmentReader(scope).read(fields.required("environment")));
    context.throwIfProblems();
    return template;
  }

  /** Checks what the document says it is; returns the rules that hold for the rest. */
  private Context begin(String version) {
    Context context = Context.of(Set.of());
    Field root = Field.root(document, context);
    if (!(document instanceof ObjectNode object)) {
      root.mismatch("a map");
      throw new TemplateException(context.problems());
    }
    Fields fields = new Fields(object, root);
    String found = fields.required("specificationVersion").text(TextRule.ANY);
    if (context.problems().isEmpty() && !found.equals(version)) {
      fields
          .get("specificationVersion")
          .problem(
              "'"
                  + fields.get("specificationVersion").shown()
                  + "' is not '"
                  + version
                  + "', the only version supported here.");
    }
    context.throwIfProblems();
    Set<Extension> extensions = extensions(fields.get("extensions"));
    context.throwIfProblems();
    return Context.of(extensions);
  }

  private Set<Extension> extensions(Field field) {
    Set<Extension> requested = EnumSet.noneOf(Extension.class);
    for (Field element : field.elements(Integer.MAX_VALUE)) {
      int before = element.context().problems().size();
      String name = element.text(EXTENSION_NAME);
      if (element.context().problems().size() > before) {
        continue;
      }
      Optional<Extension> extension = Extension.ofName(name).filter(supported::contains);
      extension.ifPresentOrElse(
          requested::add, () -> element.problem("The extension '" + name + "' is not supported."));
    }
    return requested;
  }
}
