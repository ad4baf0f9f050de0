package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker job retry}. */
@Command(
    name = "retry",
    description = "Run the failed and canceled tasks of a job again.",
    sortOptions = false)
final class JobRetryCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(paramLabel = "JOB", description = "The id that submit printed.")
  private String jobId = "";

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "A task to run again besides those, though it succeeded; may be repeated.")
  private List<String> tasks = new ArrayList<>();

  @Option(
      names = "--repin",
      description =
          "Read the job's inputs as they are now: forget which versions it pinned, which mixes them"
              + " with those of the frames that are kept.")
  private boolean repin;

  JobRetryCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      JobChangeCommand.report(context, client.retry(jobId, new Jobs.Retry(tasks, repin)));
      return 0;
    }
  }
}
