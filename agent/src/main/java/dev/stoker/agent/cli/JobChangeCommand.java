package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoker job cancel|suspend|resume}: changes a job and says where it is now. */
@Command(sortOptions = false)
final class JobChangeCommand implements Callable<Integer> {
  private final Context context;
  private final BiFunction<ControllerClient, String, Jobs.Summary> change;

  @Parameters(paramLabel = "JOB", description = "The id that submit printed.")
  private String jobId = "";

  JobChangeCommand(Context context, BiFunction<ControllerClient, String, Jobs.Summary> change) {
    this.context = context;
    this.change = change;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      report(context, change.apply(client, jobId));
      return 0;
    }
  }

  static void report(Context context, Jobs.Summary job) {
    if (context.json()) {
      context.printJson(job);
    } else {
      context.out().println(job.jobId() + " is " + JobListCommand.word(job.state()));
    }
  }
}
