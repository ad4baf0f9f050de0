package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoker job outputs}. */
@Command(
    name = "outputs",
    description = "List the files that a job published.",
    sortOptions = false)
final class JobOutputsCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(paramLabel = "JOB", description = "The id that submit printed.")
  private String jobId = "";

  JobOutputsCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      List<Jobs.Output> outputs = JobPages.outputs(client, jobId);
      if (context.json()) {
        context.printJson(Map.of("outputs", outputs));
        return 0;
      }
      Table table = new Table("SIZE", "CHECKSUM", "VISIBLE", "FILE");
      for (Jobs.Output output : outputs) {
        table.add(
            ByteSize.format(output.lengthBytes()),
            output.checksum(),
            output.visible() ? "yes" : "soon",
            output.destination());
      }
      table.print(context.out());
      return 0;
    }
  }
}
