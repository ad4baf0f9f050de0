package dev.stoker.agent.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code stoker logout}: forgets what {@code login} kept. */
@Command(
    name = "logout",
    description = "Forget the controller and token that login kept; the token itself stays good.",
    sortOptions = false)
final class LogoutCommand implements Callable<Integer> {
  private final Context context;

  LogoutCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    boolean was = context.settings().forgetLogin();
    if (context.json()) {
      context.printJson(Map.of("loggedOut", was));
    } else {
      context.out().println(was ? "logged out" : "not logged in");
      context.out().flush();
    }
    return 0;
  }
}
