package dev.stoker.agent.cli;

import dev.stoker.agent.local.StepRun;
import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.space.TaskParameters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a job {@code openjd run} runs.
 *
 * @param step the step's name; null: the only one, or all
 * @param tasks task parameters as text; empty: all tasks
 * @param maximumTasks of the selected step; 0 or less: all
 * @param dependencies whether what the selected step depends on runs before it
 */
record StepSelection(
    @Nullable String step,
    List<Map<String, String>> tasks,
    long maximumTasks,
    boolean dependencies) {

  /**
   * The steps in an order in which they can run.
   *
   * @throws OpenjdResult.Failure naming what the job does not have
   */
  List<StepRun> of(Job job) {
    Step selected = selected(job);
    Set<Step> before = new LinkedHashSet<>();
    if (selected == null) {
      job.steps().forEach(any -> collect(job, any, before));
    } else if (dependencies) {
      collect(job, selected, before);
      before.remove(selected);
    }
    List<StepRun> runs = new ArrayList<>();
    before.forEach(needed -> runs.add(new StepRun(needed, new StepRun.Tasks.All())));
    if (selected != null) {
      runs.add(new StepRun(selected, tasks(selected)));
    }
    return runs;
  }

  private @Nullable Step selected(Job job) {
    if (step != null) {
      return job.step(step)
          .orElseThrow(
              () ->
                  new OpenjdResult.Failure(
                      "No Step with name '%s' is defined in the given Job Template."
                          .formatted(step)));
    }
    if (job.steps().size() == 1) {
      return job.steps().getFirst();
    }
    if (!tasks.isEmpty()) {
      throw new OpenjdResult.Failure(
          "Providing task parameters requires a specified step or a job with a single step; the job's steps are %s."
              .formatted(String.join(", ", job.steps().stream().map(Step::name).toList())));
    }
    return null;
  }

  /** Adds a step behind all that it depends on; templates with cycles do not become jobs. */
  private static void collect(Job job, Step step, Set<Step> into) {
    Deque<Step> waiting = new ArrayDeque<>(List.of(step));
    while (!waiting.isEmpty()) {
      Step next = waiting.getFirst();
      List<Step> missing =
          next.dependencies().stream()
              .map(name -> job.step(name).orElseThrow())
              .filter(needed -> !into.contains(needed))
              .toList();
      if (missing.isEmpty()) {
        into.add(waiting.removeFirst());
      } else {
        missing.reversed().forEach(waiting::addFirst);
      }
    }
  }

  private StepRun.Tasks tasks(Step selected) {
    if (tasks.isEmpty()) {
      return maximumTasks > 0 ? new StepRun.Tasks.First(maximumTasks) : new StepRun.Tasks.All();
    }
    List<TaskParameters> parsed = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      try {
        TaskParameters task = selected.space().parse(tasks.get(i));
        parsed.add(task);
        if (!selected.space().contains(task)) {
          problems.add(
              "Task %d: %s is not in the step's parameter space.".formatted(i, task.asText()));
        }
      } catch (ExpressionException e) {
        problems.add("Task %d: %s.".formatted(i, e.getMessage()));
      }
    }
    if (!problems.isEmpty()) {
      throw new OpenjdResult.Failure(
          "Errors defining task parameter values:\n - " + String.join("\n - ", problems));
    }
    return new StepRun.Tasks.These(parsed);
  }
}
