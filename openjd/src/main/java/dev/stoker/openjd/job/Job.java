package dev.stoker.openjd.job;

import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.param.JobParameter;
import dev.stoker.openjd.param.JobParameterType;
import dev.stoker.openjd.pathmap.PathMapping;
import dev.stoker.openjd.space.TaskParameters;
import dev.stoker.openjd.template.Environment;
import dev.stoker.openjd.template.EnvironmentTemplate;
import dev.stoker.openjd.template.Extension;
import dev.stoker.openjd.template.JobTemplate;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A job: what templates and parameter values together ask for. Immutable and free to share.
 *
 * @param extensions of the job template and of the environment templates
 * @param parameters in the order of their first definition, environment templates first
 * @param environments those of environment templates first, as they are entered
 * @param steps in the template's order, which need not be the order they can run in
 */
public record Job(
    String name,
    Set<Extension> extensions,
    Map<String, JobParameter> parameters,
    List<Environment> environments,
    List<Step> steps) {
  public Job {
    extensions = Set.copyOf(extensions);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    environments = List.copyOf(environments);
    steps = List.copyOf(steps);
  }

  /**
   * Makes a job of templates and values.
   *
   * @param environments processed and entered in this order, before the job template's own
   * @param parameterValues by parameter name, as text; defaults fill in what is missing
   * @param templateFolder absolute; what relative defaults of PATH parameters are relative to, null
   *     where the template has no folder (then such defaults are a problem)
   * @param currentFolder absolute; what relative PATH values are relative to
   * @throws JobException naming all problems
   */
  public static Job create(
      JobTemplate template,
      List<EnvironmentTemplate> environments,
      Map<String, String> parameterValues,
      @Nullable Path templateFolder,
      Path currentFolder) {
    return new JobBuilder(template, environments)
        .build(parameterValues, new PathJoiner(templateFolder, currentFolder));
  }

  /** The step of this name. */
  public Optional<Step> step(String name) {
    return steps.stream().filter(step -> step.name().equals(name)).findFirst();
  }

  /**
   * What a node knows of the job's parameters: {@code RawParam.*} as submitted, {@code Param.*}
   * with paths mapped.
   */
  public SymbolTable symbols(PathMapping mapping) {
    Map<String, Value> values = new HashMap<>();
    for (JobParameter parameter : parameters.values()) {
      values.put("RawParam." + parameter.name(), parameter.value());
      values.put("Param." + parameter.name(), mapped(parameter.value(), mapping));
    }
    return SymbolTable.of(values);
  }

  /** {@link #symbols(PathMapping)} and {@code Task.Param.*}, {@code Task.RawParam.*} of a task. */
  public SymbolTable symbols(TaskParameters task, PathMapping mapping) {
    Map<String, Value> values = new HashMap<>();
    task.values()
        .forEach(
            (name, value) -> {
              values.put("Task.RawParam." + name, value);
              values.put("Task.Param." + name, mapped(value, mapping));
            });
    return symbols(mapping).with(values);
  }

  private static Value mapped(Value value, PathMapping mapping) {
    return value instanceof Value.PathText(String path)
        ? new Value.PathText(mapping.apply(path))
        : value;
  }

  /** The parameters that name files or folders, in order. */
  public List<JobParameter> pathParameters() {
    return parameters.values().stream()
        .filter(parameter -> parameter.type() == JobParameterType.PATH)
        .toList();
  }
}
