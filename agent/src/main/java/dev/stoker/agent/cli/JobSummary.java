package dev.stoker.agent.cli;

import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.param.JobParameter;
import dev.stoker.openjd.param.JobParameterDefinition;
import dev.stoker.openjd.space.TaskParameter;
import dev.stoker.openjd.template.Environment;
import dev.stoker.openjd.template.StepTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code openjd summary} shows, for people and as a document, in the reference tool's form.
 *
 * @param descriptions of job parameters, by name
 */
record JobSummary(
    Job job, Map<String, String> descriptions, List<Entry> environments, List<StepPart> steps) {

  /**
   * A bullet.
   *
   * @param text what follows the hyphen
   * @param fields the same for documents
   */
  private record Entry(String text, Map<String, Object> fields) {}

  private record StepPart(
      Step step, @Nullable String description, List<Entry> parameters, List<Entry> environments) {
    long tasks() {
      return step.space().unchunkedSize();
    }
  }

  static JobSummary of(OpenjdInputs.Made made) {
    Map<String, String> descriptions = new LinkedHashMap<>();
    for (JobParameterDefinition definition : made.template().parameterDefinitions()) {
      if (definition.description() != null) {
        descriptions.put(definition.name(), definition.description());
      }
    }
    List<StepPart> steps = new ArrayList<>();
    List<StepTemplate> templates = made.template().steps();
    for (int i = 0; i < templates.size(); i++) {
      Step step = made.job().steps().get(i);
      steps.add(
          new StepPart(
              step,
              templates.get(i).description(),
              step.space().parameters().stream().map(JobSummary::entry).toList(),
              environments(step.environments(), step.name())));
    }
    return new JobSummary(
        made.job(), descriptions, environments(made.job().environments(), "root"), steps);
  }

  private static Entry entry(TaskParameter parameter) {
    String type = parameter.type().word();
    return new Entry(
        "%s (%s)".formatted(parameter.name(), type),
        OpenjdResult.map("name", parameter.name(), "type", type));
  }

  private static List<Entry> environments(List<Environment> environments, String parent) {
    List<Entry> entries = new ArrayList<>();
    for (Environment environment : environments) {
      String description = environment.description();
      entries.add(
          new Entry(
              "%s (from '%s')".formatted(environment.name(), parent)
                  + (description == null ? "" : "\n " + description),
              OpenjdResult.map(
                  "name", environment.name(), "description", description, "parent", parent)));
    }
    return entries;
  }

  private Entry entry(JobParameter parameter) {
    String value = parameter.value().text();
    return new Entry(
        "%s (%s)".formatted(parameter.name(), parameter.type().name())
            + (value.isEmpty() ? "" : ": " + value),
        OpenjdResult.map(
            "name",
            parameter.name(),
            "description",
            descriptions.get(parameter.name()),
            "type",
            parameter.type().name(),
            "value",
            value));
  }

  OpenjdResult result() {
    List<Entry> parameters = job.parameters().values().stream().map(this::entry).toList();
    long tasks = steps.stream().mapToLong(StepPart::tasks).sum();
    long allEnvironments =
        environments.size() + steps.stream().mapToLong(step -> step.environments().size()).sum();
    String message = "Summary for '" + job.name() + "'";
    StringBuilder human = new StringBuilder("\n--- " + message + " ---\n");
    section(human, "\nParameters:\n", "  ", parameters);
    human.append(
        "\nTotal steps: %d\nTotal tasks: %d\nTotal environments: %d\n"
            .formatted(steps.size(), tasks, allEnvironments));
    human.append("\n--- Steps in '").append(job.name()).append("' ---\n\n");
    for (int i = 0; i < steps.size(); i++) {
      human.append(i + 1).append(". ").append(text(steps.get(i))).append('\n');
    }
    if (allEnvironments > 0) {
      human.append("\n--- Environments in '").append(job.name()).append("' ---\n");
      section(human, "", "  ", environments);
      steps.forEach(step -> section(human, "", "  ", step.environments()));
    }
    return new OpenjdResult(
        true,
        message,
        OpenjdResult.map(
            "name",
            job.name(),
            "parameter_definitions",
            fields(parameters),
            "total_steps",
            (long) steps.size(),
            "total_tasks",
            tasks,
            "total_environments",
            allEnvironments,
            "root_environments",
            fields(environments),
            "steps",
            steps.stream().map(JobSummary::stepFields).toList()),
        human.toString());
  }

  private static String text(StepPart part) {
    StringBuilder text =
        new StringBuilder("'%s' (%d total Tasks)\n".formatted(part.step().name(), part.tasks()));
    section(text, "  Task parameters:\n", "    ", part.parameters());
    count(text, part.environments(), "environments");
    count(text, part.step().dependencies(), "dependencies");
    return text.toString();
  }

  private static void count(StringBuilder text, List<?> things, String what) {
    if (!things.isEmpty()) {
      text.append("  ").append(things.size()).append(' ').append(what).append('\n');
    }
  }

  private static Map<String, Object> stepFields(StepPart part) {
    return OpenjdResult.map(
        "name",
        part.step().name(),
        "description",
        part.description(),
        "parameter_definitions",
        fields(part.parameters()),
        "total_tasks",
        part.tasks(),
        "environments",
        fields(part.environments()),
        "dependencies",
        dependencies(part));
  }

  private static List<Map<String, Object>> dependencies(StepPart part) {
    return part.step().dependencies().stream()
        .map(name -> OpenjdResult.map("step_name", name))
        .toList();
  }

  /**
   * One step alone.
   *
   * @throws OpenjdResult.Failure when the job has no such step
   */
  OpenjdResult result(String name) {
    StepPart part =
        steps.stream()
            .filter(step -> step.step().name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new OpenjdResult.Failure(
                        "Step '%s' does not exist in Job '%s'.".formatted(name, job.name())));
    String message = "Summary for Step '%s' in Job '%s'".formatted(name, job.name());
    StringBuilder human =
        new StringBuilder(
            "\n--- %s ---\n\nTotal tasks: %d\nTotal task parameters: %d\nTotal environments: %d\n"
                .formatted(
                    message, part.tasks(), part.parameters().size(), part.environments().size()));
    List<String> dependencies = part.step().dependencies();
    if (!dependencies.isEmpty()) {
      human.append("\nDependencies (").append(dependencies.size()).append("):\n");
      dependencies.forEach(step -> human.append("- '").append(step).append("'\n"));
    }
    section(human, "\nParameters:\n", "", part.parameters());
    section(human, "\nEnvironments:\n", "", part.environments());
    return new OpenjdResult(
        true,
        message,
        OpenjdResult.map(
            "job_name",
            job.name(),
            "step_name",
            name,
            "total_parameters",
            (long) part.parameters().size(),
            "parameter_definitions",
            fields(part.parameters()),
            "total_tasks",
            part.tasks(),
            "total_environments",
            (long) part.environments().size(),
            "environments",
            fields(part.environments()),
            "dependencies",
            dependencies(part)),
        human.toString());
  }

  private static void section(
      StringBuilder text, String title, String indent, List<Entry> entries) {
    if (!entries.isEmpty()) {
      text.append(title);
      entries.forEach(entry -> text.append(indent).append("- ").append(entry.text()).append('\n'));
    }
  }

  private static List<Map<String, Object>> fields(List<Entry> entries) {
    return entries.stream().map(Entry::fields).toList();
  }
}
