package dev.stoker.agent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that only has commands of its own, such as {@code stoker job}. */
@Command(sortOptions = false, synopsisSubcommandLabel = "COMMAND")
final class GroupCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "Which command of '" + spec.name() + "'?");
  }
}
