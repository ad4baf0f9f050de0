package dev.stoker.agent.cli;

import dev.stoker.controller.protocol.Heartbeat.Phase;
import dev.stoker.controller.protocol.Jobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A running job at one moment, as far as a person wants to see it.
 *
 * @param tasks all tasks of all steps
 * @param done tasks that succeeded
 * @param failed tasks that failed for good
 * @param bytesTotal bytes of input that the attempts seen so far need
 * @param bytesOnNode bytes of these that are on their nodes
 * @param running what nodes work on, in task order
 */
record JobProgress(
    Jobs.State state,
    long tasks,
    long done,
    long failed,
    long bytesTotal,
    long bytesOnNode,
    List<RunningTask> running) {
  JobProgress {
    running = List.copyOf(running);
  }

  /**
   * One attempt that runs.
   *
   * @param label the step and the parameter values that tell the task from others
   * @param fraction how much of the phase is done, 0 to 1, or negative when unknown
   * @param message what the renderer last said, or empty
   */
  record RunningTask(String label, Phase phase, double fraction, String message) {}

  static JobProgress of(Jobs.Summary job, List<Jobs.Task> tasks) {
    long bytesTotal = 0;
    long bytesOnNode = 0;
    List<RunningTask> running = new ArrayList<>();
    for (Jobs.Task task : tasks) {
      for (Jobs.Attempt attempt : task.attempts()) {
        if (attempt.outcome() != null) {
          long input = attempt.originBytes() + attempt.cachedBytes();
          bytesTotal += input;
          bytesOnNode += input;
        } else if (attempt.phase() != null) {
          bytesTotal += attempt.bytesTotal();
          bytesOnNode += attempt.bytesDone();
          running.add(
              new RunningTask(
                  label(task), attempt.phase(), attempt.phaseFraction(), attempt.message()));
        }
      }
    }
    return new JobProgress(
        job.state(),
        job.steps().stream().mapToLong(Jobs.StepSummary::total).sum(),
        in(job, Jobs.TaskState.SUCCEEDED),
        in(job, Jobs.TaskState.FAILED),
        bytesTotal,
        bytesOnNode,
        running);
  }

  private static long in(Jobs.Summary job, Jobs.TaskState state) {
    return job.steps().stream().mapToLong(step -> step.in(state)).sum();
  }

  private static String label(Jobs.Task task) {
    String values =
        task.parameters().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    return values.isEmpty() ? task.stepName() : task.stepName() + ", " + values;
  }
}
