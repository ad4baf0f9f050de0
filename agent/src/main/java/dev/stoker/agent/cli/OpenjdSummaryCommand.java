package dev.stoker.agent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stoker openjd summary}: what a job is made of. */
@Command(
    name = "summary",
    description = "Show the parameters, steps, tasks and environments of a job.",
    sortOptions = false)
final class OpenjdSummaryCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private OpenjdOptions options = new OpenjdOptions();

  @Option(
      names = {"-p", "--job-param", "--parameter"},
      paramLabel = "NAME=VALUE|file://PATH|JSON",
      description = "Values of job parameters; the last one given wins.")
  private List<String> parameters = new ArrayList<>();

  @Option(names = "--step", paramLabel = "NAME", description = "Show this step only.")
  private @Nullable String step;

  OpenjdSummaryCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return OpenjdResult.print(
        context,
        options.format(context),
        () -> {
          JobSummary summary =
              JobSummary.of(
                  new OpenjdInputs(context, options.supported())
                      .job(options.template(), parameters, List.of()));
          return step == null ? summary.result() : summary.result(step);
        });
  }
}
