package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker job outputs}. */
@Command(
    name = "outputs",
    description = "List the files that a job published, or bring them here.",
    sortOptions = false)
final class JobOutputsCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(paramLabel = "JOB", description = "The id that submit printed.")
  private String jobId = "";

  @Option(
      names = "--download",
      paramLabel = "DIR",
      description = "Copy what is visible below this folder; what is unchanged is not copied.")
  private @Nullable Path download;

  JobOutputsCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      List<Jobs.Output> outputs = JobPages.outputs(client, jobId);
      if (download != null) {
        return download(download, outputs);
      }
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

  private int download(Path folder, List<Jobs.Output> outputs) {
    List<Jobs.Output> visible = outputs.stream().filter(Jobs.Output::visible).toList();
    OutputsDownload.Result end =
        new OutputsDownload(context).to(context.folder().resolve(folder), visible);
    end.failures().forEach(failure -> context.err().println("stoker: " + failure));
    if (context.json()) {
      context.printJson(end);
    } else {
      context
          .out()
          .println(
              "%d files (%s) downloaded, %d were there already"
                  .formatted(
                      end.filesCopied(), ByteSize.format(end.bytesCopied()), end.filesUnchanged()));
    }
    return end.failures().isEmpty() ? 0 : CommandFailure.FAILED;
  }
}
