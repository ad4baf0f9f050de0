package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Tokens;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code stoker token list}. */
@Command(name = "list", description = "List the tokens that were given out.", sortOptions = false)
final class TokenListCommand implements Callable<Integer> {
  private final Context context;

  TokenListCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      print(context, client.tokens());
      return 0;
    }
  }

  static void print(Context context, Tokens.Page page) {
    if (context.json()) {
      context.printJson(page);
      return;
    }
    Table table = new Table("TOKEN", "NAME", "ROLE", "FOR", "STATE", "EXPIRES");
    for (Tokens.Token token : page.tokens()) {
      Tokens.Role role = token.role();
      table.add(
          token.id(),
          token.name(),
          role == null ? "join" : role.name().toLowerCase(Locale.ROOT),
          whatFor(token),
          state(token),
          time(token.expiresMillis()));
    }
    table.print(context.out());
  }

  private static String whatFor(Tokens.Token token) {
    if (token.kind() == Tokens.Kind.USER) {
      return token.projects().isEmpty() ? "all projects" : String.join(", ", token.projects());
    }
    if (!token.node().isEmpty()) {
      return token.node();
    }
    String which = token.single() ? "one node" : "any node";
    return token.scaleSet().isEmpty()
        ? which
        : which + " of " + token.scaleSet().replaceFirst(".*/", "");
  }

  private static String state(Tokens.Token token) {
    if (token.revokedMillis() != null) {
      return "revoked";
    }
    Long expires = token.expiresMillis();
    return expires != null && expires < System.currentTimeMillis() ? "expired" : "good";
  }

  private static String time(@Nullable Long millis) {
    return millis == null ? "never" : Instant.ofEpochMilli(millis).toString().substring(0, 10);
  }
}
