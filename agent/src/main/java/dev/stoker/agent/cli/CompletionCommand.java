package dev.stoker.agent.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code stoker completion}: what a shell needs to complete our commands and options. */
@Command(
    name = "completion",
    description = {
      "Print a script that completes commands and options in bash and zsh;",
      "source <(stoker completion) loads it."
    },
    sortOptions = false)
final class CompletionCommand implements Callable<Integer> {
  private final Context context;

  CompletionCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    // Without arguments the parser knows every command.
    context.out().print(AutoComplete.bash("stoker", Commands.commandLine(context)));
    context.out().flush();
    return 0;
  }
}
