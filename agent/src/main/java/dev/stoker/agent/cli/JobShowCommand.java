package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.TaskUsage;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoker job show}: one job with its tasks. */
@Command(name = "show", description = "Show a job and its tasks.", sortOptions = false)
final class JobShowCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(paramLabel = "JOB", description = "The id that submit printed.")
  private String jobId = "";

  JobShowCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      Jobs.Summary job = client.job(jobId);
      List<Jobs.Task> tasks = JobPages.tasks(client, jobId);
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
      Table table = new Table("TASK", "STATE", "ATTEMPTS", "NODE", "WHAT", "TOOK", "MESSAGE");
      tasks.forEach(task -> add(table, task));
      table.print(context.out());
      printWhy(client, job, tasks);
      return 0;
    }
  }

  /** Of each step the first task that did not start says it for the others. */
  private void printWhy(ControllerClient client, Jobs.Summary job, List<Jobs.Task> tasks) {
    Set<String> steps = new HashSet<>();
    for (Jobs.Task task : tasks) {
      boolean waits =
          task.state() == Jobs.TaskState.READY || task.state() == Jobs.TaskState.WAITING;
      if (waits && steps.add(task.stepName())) {
        context.out().println();
        context.out().println("Why %s does not start:".formatted(task.taskId()));
        client
            .why(job.jobId(), task.taskId())
            .reasons()
            .forEach(reason -> context.out().println("  " + reason));
      }
    }
    context.out().flush();
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
