package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoker token revoke}. */
@Command(
    name = "revoke",
    description = "Make a token useless; nodes that registered with it stay registered.",
    sortOptions = false)
final class TokenRevokeCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(paramLabel = "TOKEN", description = "The id that list shows.")
  private String id = "";

  TokenRevokeCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      TokenListCommand.print(context, client.revokeToken(id));
      return 0;
    }
  }
}
