package dev.stoker.agent.cli;

import dev.stoker.agent.cli.JobProgress.RunningTask;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Jobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Follows a job to its end. Survives a controller that is away for a while, and remembers the bytes
 * of attempts that ended between two answers. Used by one thread.
 */
final class JobFollower {
  /** Longer than a controller takes to restart, shorter than a person's patience. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final ControllerClient client;
  private final String jobId;

  /** By lease: bytes of input wanted and present, as last heard. */
  private final Map<String, long[]> inputBytes = new HashMap<>();

  JobFollower(ControllerClient client, String jobId) {
    this.client = client;
    this.jobId = jobId;
  }

  /** Shows the job until it ends; returns it as it ended. */
  Jobs.Summary follow(JobView view) {
    long version = 0;
    while (true) {
      Jobs.Update update = next(version);
      version = update.version();
      view.show(progress(update));
      if (update.job().state().isFinal()) {
        return update.job();
      }
    }
  }

  private Jobs.Update next(long version) {
    long giveUpAtNanos = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return client.watch(jobId, version);
      } catch (ControllerException e) {
        if (!e.retryable() || System.nanoTime() > giveUpAtNanos) {
          throw e;
        }
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("Interrupted while following the job; it goes on without us.");
    }
  }

  private JobProgress progress(Jobs.Update update) {
    List<RunningTask> running = new ArrayList<>();
    for (Jobs.Task task : update.running()) {
      for (Jobs.Attempt attempt : task.attempts()) {
        if (attempt.outcome() == null && attempt.phase() != null) {
          inputBytes.put(attempt.leaseId(), new long[] {attempt.bytesTotal(), attempt.bytesDone()});
          running.add(
              new RunningTask(
                  label(task), attempt.phase(), attempt.phaseFraction(), attempt.message()));
        }
      }
    }
    return new JobProgress(
        update.job().state(),
        update.job().steps().stream().mapToLong(Jobs.StepSummary::total).sum(),
        in(update.job(), Jobs.TaskState.SUCCEEDED),
        in(update.job(), Jobs.TaskState.FAILED),
        inputBytes.values().stream().mapToLong(bytes -> bytes[0]).sum(),
        inputBytes.values().stream().mapToLong(bytes -> bytes[1]).sum(),
        running);
  }

  private static long in(Jobs.Summary job, Jobs.TaskState state) {
    return job.steps().stream().mapToLong(step -> step.in(state)).sum();
  }

  /** What people call a task: its step and parameter values. */
  static String label(Jobs.Task task) {
    String values =
        task.parameters().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    return values.isEmpty() ? task.stepName() : task.stepName() + ", " + values;
  }
}
