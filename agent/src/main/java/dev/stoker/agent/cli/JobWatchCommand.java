package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoker job watch}: follows a job to its end. */
@Command(
    name = "watch",
    description = "Follow a job to its end; exit 1 when it does not succeed.",
    sortOptions = false)
final class JobWatchCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(paramLabel = "JOB", description = "The id that submit printed.")
  private String jobId = "";

  JobWatchCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      return watch(context, client, jobId);
    }
  }

  static int watch(Context context, ControllerClient client, String jobId) {
    Jobs.Summary job;
    try (JobView view = JobView.on(context)) {
      job = new JobFollower(client, jobId).follow(view);
    }
    if (context.json()) {
      context.printJson(job);
    }
    if (job.state() != Jobs.State.SUCCEEDED) {
      throw CommandFailure.failed(
          "Job %s %s%s"
              .formatted(
                  jobId,
                  JobListCommand.word(job.state()),
                  job.message().isEmpty() ? "." : ": " + job.message()));
    }
    if (!context.json()) {
      context
          .out()
          .println("%s succeeded, %s tasks done".formatted(jobId, JobListCommand.tasks(job)));
    }
    return 0;
  }
}
