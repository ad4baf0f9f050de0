package dev.stoker.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stoker openjd check}: whether a template is one. */
@Command(
    name = "check",
    description = "Validate a job template or an environment template.",
    sortOptions = false)
final class OpenjdCheckCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private OpenjdOptions options = new OpenjdOptions();

  OpenjdCheckCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return OpenjdResult.print(
        context,
        options.format(context),
        () -> {
          new OpenjdInputs(context, options.supported()).check(options.template());
          return OpenjdResult.success(
              "Template at '%s' passes validation checks.".formatted(options.template()));
        });
  }
}
