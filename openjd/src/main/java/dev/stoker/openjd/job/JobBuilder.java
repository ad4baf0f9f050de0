package dev.stoker.openjd.job;

import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.param.JobParameter;
import dev.stoker.openjd.param.JobParameterType;
import dev.stoker.openjd.param.MergedParameter;
import dev.stoker.openjd.param.MergedParameter.Definitions;
import dev.stoker.openjd.template.Environment;
import dev.stoker.openjd.template.EnvironmentTemplate;
import dev.stoker.openjd.template.Extension;
import dev.stoker.openjd.template.JobTemplate;
import dev.stoker.openjd.template.StepTemplate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes one job. Parameters come first; where they have problems nothing else is tried, since every
 * string that names them would only repeat what is reported already.
 */
final class JobBuilder {
  private final JobTemplate template;
  private final List<EnvironmentTemplate> environmentTemplates;
  private final List<String> problems = new ArrayList<>();

  JobBuilder(JobTemplate template, List<EnvironmentTemplate> environmentTemplates) {
    this.template = template;
    this.environmentTemplates = environmentTemplates;
  }

  Job build(Map<String, String> submitted, PathJoiner paths) {
    List<MergedParameter> merged = MergedParameter.merge(definitions(), problems::add);
    throwIfProblems();
    Map<String, JobParameter> parameters =
        new ParameterValues(paths, problems::add).of(merged, submitted);
    throwIfProblems();

    Resolver resolver = new Resolver(templateSymbols(parameters), problems::add);
    Job job =
        new Job(
            name(resolver),
            extensions(),
            parameters,
            environments(new ActionResolver(resolver)),
            steps(resolver));
    throwIfProblems();
    return job;
  }

  private List<Definitions> definitions() {
    List<Definitions> definitions = new ArrayList<>();
    for (EnvironmentTemplate environment : environmentTemplates) {
      definitions.add(
          new Definitions(
              "the environment template '" + environment.environment().name() + "'",
              environment.parameterDefinitions()));
    }
    definitions.add(new Definitions("the job template", template.parameterDefinitions()));
    return definitions;
  }

  /** An environment template brings its extensions to the session that it is entered in. */
  private Set<Extension> extensions() {
    Set<Extension> all = EnumSet.noneOf(Extension.class);
    all.addAll(template.extensions());
    environmentTemplates.forEach(environment -> all.addAll(environment.extensions()));
    return all;
  }

  /** What strings resolved before any session may name: all but where paths will be on a node. */
  private static SymbolTable templateSymbols(Map<String, JobParameter> parameters) {
    Map<String, Value> values = new HashMap<>();
    for (JobParameter parameter : parameters.values()) {
      values.put("RawParam." + parameter.name(), parameter.value());
      if (parameter.type() != JobParameterType.PATH) {
        values.put("Param." + parameter.name(), parameter.value());
      }
    }
    return SymbolTable.of(values);
  }

  private String name(Resolver resolver) {
    String name = resolver.text(template.name(), "name");
    int length = name.codePointCount(0, name.length());
    if (length < 1) {
      resolver.problem("name", "The job's name is empty once its parameters are filled in.");
    } else if (length > template.maxNameLength()) {
      resolver.problem(
          "name",
          "The job's name has "
              + length
              + " characters once its parameters are filled in; at most "
              + template.maxNameLength()
              + " are allowed.");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      resolver.problem(
          "name", "The job's name has a control character once its parameters are filled in.");
    }
    return name;
  }

  private List<Environment> environments(ActionResolver actions) {
    List<Environment> environments = new ArrayList<>();
    for (EnvironmentTemplate external : environmentTemplates) {
      environments.add(
          actions.environment(
              external.environment(),
              "environment template '" + external.environment().name() + "' -> environment"));
    }
    environments.addAll(actions.environments(template.environments(), "jobEnvironments"));
    return environments;
  }

  private List<Step> steps(Resolver resolver) {
    ActionResolver actions = new ActionResolver(resolver);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < template.steps().size(); i++) {
      StepTemplate step = template.steps().get(i);
      String place = "steps[" + i + "]";
      steps.add(
          new Step(
              step.name(),
              step.dependencies(),
              new RequirementsResolver(resolver)
                  .resolve(step.hostRequirements(), place + " -> hostRequirements"),
              actions.environments(step.environments(), place + " -> stepEnvironments"),
              actions.script(step.script(), place),
              new SpaceResolver(resolver)
                  .resolve(step.parameterSpace(), place + " -> parameterSpace")));
    }
    return steps;
  }

  private void throwIfProblems() {
    if (!problems.isEmpty()) {
      throw new JobException(problems);
    }
  }
}
