package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker job logs}: what renderers wrote. */
@Command(name = "logs", description = "Print the logs of a job's tasks.", sortOptions = false)
final class JobLogsCommand implements Callable<Integer> {
  /** As long as an agent collects lines before it sends them. */
  private static final long PAUSE_MILLIS = 1000;

  private final Context context;

  @Parameters(paramLabel = "JOB", description = "The id that submit printed.")
  private String jobId = "";

  @Option(names = "--task", paramLabel = "TASK", description = "Only this task.")
  private @Nullable String taskId;

  @Option(
      names = "--attempt",
      paramLabel = "N",
      defaultValue = "0",
      description = "The attempt, from 1; the latest otherwise.")
  private int attempt;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until the job ends.")
  private boolean follow;

  private final List<Map<String, Object>> collected = new ArrayList<>();
  private String lastPrinted = "";

  JobLogsCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (ControllerClient client = context.client()) {
      LogTrail trail = new LogTrail(client, jobId, attempt, this::print);
      boolean over;
      boolean first = true;
      do {
        // Asked before reading: what is written until then is read below.
        over = !follow || client.job(jobId).state().isFinal();
        if (taskId != null) {
          Jobs.Task task = client.task(jobId, taskId);
          over |= task.state().isFinal();
          trail.read(task);
        } else if (first || over) {
          trail.readAll();
        } else {
          trail.readRecent();
        }
        first = false;
        if (!over) {
          Thread.sleep(PAUSE_MILLIS);
        }
      } while (!over);
    }
    if (context.json()) {
      context.printJson(Map.of("logs", collected));
    }
    return 0;
  }

  private void print(Jobs.Task task, int which, String text) {
    String key = task.taskId() + "/" + which;
    if (context.json()) {
      collected.add(Map.of("taskId", task.taskId(), "attempt", which, "text", text));
      return;
    }
    if (!key.equals(lastPrinted) && taskId == null) {
      context
          .out()
          .println(
              "== %s, attempt %d (%s)".formatted(JobFollower.label(task), which, task.taskId()));
      lastPrinted = key;
    }
    context.out().print(text);
    if (!text.endsWith("\n")) {
      context.out().println();
    }
    context.out().flush();
  }
}
