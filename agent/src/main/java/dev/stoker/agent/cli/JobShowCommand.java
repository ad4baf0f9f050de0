package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Pins;
import dev.stoker.controller.protocol.TaskUsage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker job show}: one job with its tasks. */
@Command(name = "show", description = "Show a job and its tasks.", sortOptions = false)
final class JobShowCommand implements Callable<Integer> {
  /** What people scroll through. */
  private static final int MOST = 1_000;

  private final Context context;

  @Parameters(paramLabel = "JOB", description = "The id that submit printed.")
  private String jobId = "";

  @Option(
      names = "--all",
      description = "List every task; otherwise the first " + MOST + ", and all with --json.")
  private boolean all;

  @Option(
      names = "--inputs",
      description = "Show instead which input files its steps opened and how much they read.")
  private boolean inputs;

  @Option(
      names = "--pins",
      description = "Show instead which version of each input file the job reads.")
  private boolean pins;

  JobShowCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      if (pins) {
        printPins(JobPages.pins(client, jobId));
        return 0;
      }
      Jobs.Summary job = client.job(jobId);
      if (inputs) {
        List<JobInputs.OfStep> steps = JobInputs.of(client, job);
        if (context.json()) {
          context.printJson(steps);
        } else {
          JobInputs.print(context, steps);
        }
        return 0;
      }
      long most = job.archived() ? 0 : all || context.json() ? Long.MAX_VALUE : MOST;
      List<Jobs.Task> tasks = most == 0 ? List.of() : JobPages.tasks(client, jobId, most);
      if (context.json()) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("job", job);
        document.put("tasks", tasks);
        context.printJson(document);
        return 0;
      }
      context
          .out()
          .println(
              "%s  %s  %s  priority %d, submitted %s, %s tasks done"
                  .formatted(
                      job.jobId(),
                      JobListCommand.word(job.state()),
                      job.name(),
                      job.priority(),
                      JobListCommand.time(job),
                      JobListCommand.tasks(job)));
      if (!job.message().isEmpty()) {
        context.out().println(job.message());
      }
      if (job.archived()) {
        context.out().println("It ended long ago and is archived: its tasks are no longer kept.");
        context.out().flush();
        return 0;
      }
      Table table = new Table("TASK", "STATE", "ATTEMPTS", "NODE", "WHAT", "TOOK", "MESSAGE");
      tasks.forEach(task -> add(table, task));
      table.print(context.out());
      long more = total(job) - tasks.size();
      if (more > 0) {
        context.out().println("… and %d more tasks; --all lists them.".formatted(more));
      }
      printWhy(client, job, tasks);
      return 0;
    }
  }

  private void printPins(List<Pins.Pin> pinned) {
    if (context.json()) {
      context.printJson(Map.of("pins", pinned));
      return;
    }
    Table table = new Table("FILE", "VERSION");
    pinned.forEach(pin -> table.add(pin.name(), pin.version()));
    table.print(context.out());
  }

  private static long total(Jobs.Summary job) {
    return job.steps().stream().mapToLong(Jobs.StepSummary::total).sum();
  }

  /** Of each step one task that did not start says it for the others. */
  private void printWhy(ControllerClient client, Jobs.Summary job, List<Jobs.Task> tasks) {
    long end = 0;
    for (Jobs.StepSummary step : job.steps()) {
      end += step.total();
      if (step.in(Jobs.TaskState.READY) + step.in(Jobs.TaskState.WAITING) > 0) {
        // Tasks start in order, so the last one is the last to start.
        String last = job.jobId() + "-" + (end - 1);
        Jobs.Why why =
            client.why(
                job.jobId(),
                tasks.stream()
                    .filter(task -> task.stepName().equals(step.name()) && waits(task.state()))
                    .findFirst()
                    .map(Jobs.Task::taskId)
                    .orElse(last));
        if (waits(why.state())) {
          context.out().println();
          context.out().println("Why %s does not start:".formatted(why.taskId()));
          why.reasons().forEach(reason -> context.out().println("  " + reason));
        }
      }
    }
    context.out().flush();
  }

  private static boolean waits(Jobs.TaskState state) {
    return state == Jobs.TaskState.READY || state == Jobs.TaskState.WAITING;
  }

  private static void add(Table table, Jobs.Task task) {
    boolean tried = !task.attempts().isEmpty();
    table.add(
        task.taskId(),
        JobListCommand.word(task.state()),
        task.attempts().size(),
        tried ? task.attempts().getLast().nodeName() : "",
        JobFollower.label(task),
        tried ? took(task.attempts().getLast().usage()) : "",
        tried ? message(task.attempts().getLast()) : "");
  }

  private static String took(@Nullable TaskUsage usage) {
    if (usage == null) {
      return "";
    }
    String gpu =
        usage.peakGpuMemoryBytes() > 0
            ? ", GPU " + ByteSize.format(usage.peakGpuMemoryBytes())
            : "";
    return "CPU %.0f s, %s%s"
        .formatted(usage.cpuSeconds(), ByteSize.format(usage.peakMemoryBytes()), gpu);
  }

  private static String message(Jobs.Attempt attempt) {
    Finish.Cause cause = attempt.cause();
    return cause == null || cause == Finish.Cause.FAILED
        ? attempt.message()
        : cause.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + attempt.message();
  }
}
