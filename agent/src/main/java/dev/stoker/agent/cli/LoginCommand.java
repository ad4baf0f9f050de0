package dev.stoker.agent.cli;

import dev.stoker.agent.config.Settings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Tokens;
import java.io.Console;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code stoker login}: keeps a controller and a token for later commands. */
@Command(
    name = "login",
    description = {
      "Keep --controller and the token for later commands, after asking the controller about both.",
      "The token comes from --token-file or STOKER_TOKEN; on a terminal it is asked for otherwise."
    },
    sortOptions = false)
final class LoginCommand implements Callable<Integer> {
  private final Context context;

  LoginCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Settings settings = context.settings();
    URI controller = settings.controller();
    String token = settings.token().orElseGet(this::asked);
    try (ControllerClient client =
        new ControllerClient(controller, token, context.trust(controller))) {
      Tokens.Me me = client.me();
      Tokens.Role role = me.role();
      if (!me.kind().equals("user") || role == null) {
        throw CommandFailure.failed(
            me.kind().equals("anyone")
                ? "The controller at %s asks for no token, so there is nothing to log in to."
                    .formatted(controller)
                : "That is a %s token, which is not for people; ask an admin for one of your own."
                    .formatted(me.kind()));
      }
      Path file = settings.keepLogin(token);
      if (context.json()) {
        context.printJson(me);
      } else {
        context
            .out()
            .println(
                "%s at %s: %s of %s%s"
                    .formatted(
                        me.name(),
                        controller,
                        role.name().toLowerCase(Locale.ROOT),
                        me.projects().isEmpty() ? "all projects" : String.join(", ", me.projects()),
                        until(me.expiresMillis())));
        context.out().flush();
      }
      context.err().println("Kept in " + file + "; 'stoker logout' removes it.");
      warnOfOthers(settings, controller);
      context.err().flush();
      return 0;
    }
  }

  private void warnOfOthers(Settings settings, URI controller) {
    settings
        .otherController(controller)
        .ifPresent(
            other ->
                context
                    .err()
                    .println(
                        "Your configuration names the controller %s, which wins over this login."
                            .formatted(other)));
  }

  private static String until(@Nullable Long expiresMillis) {
    return expiresMillis == null
        ? ""
        : ", until " + Instant.ofEpochMilli(expiresMillis).toString().substring(0, 10);
  }

  private String asked() {
    Console console = context.terminal() ? System.console() : null;
    char[] typed = console == null ? null : console.readPassword("Token: ");
    if (typed == null || typed.length == 0) {
      throw CommandFailure.usage("No token: give one with --token-file or STOKER_TOKEN.");
    }
    return new String(typed).strip();
  }
}
