package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code stoker job list}. */
@Command(name = "list", description = "List the newest jobs.", sortOptions = false)
final class JobListCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private final Context context;

  JobListCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      Jobs.Page page = client.jobs();
      if (context.json()) {
        context.printJson(page);
        return 0;
      }
      Table table = new Table("JOB", "STATE", "TASKS", "SUBMITTED", "NAME");
      for (Jobs.Summary job : page.jobs()) {
        table.add(job.jobId(), word(job.state()), tasks(job), time(job), job.name());
      }
      table.print(context.out());
      return 0;
    }
  }

  static String tasks(Jobs.Summary job) {
    long total = job.steps().stream().mapToLong(Jobs.StepSummary::total).sum();
    long done = job.steps().stream().mapToLong(step -> step.in(Jobs.TaskState.SUCCEEDED)).sum();
    return done + "/" + total;
  }

  static String time(Jobs.Summary job) {
    return TIME.format(Instant.ofEpochMilli(job.submittedMillis()).atZone(ZoneId.systemDefault()));
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
