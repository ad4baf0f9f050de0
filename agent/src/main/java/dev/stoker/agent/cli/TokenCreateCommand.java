package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Tokens;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker token create}: prints a new token, once. */
@Command(
    name = "create",
    description = "Give out a token: to a person with a role, or with --join to nodes.",
    sortOptions = false)
final class TokenCreateCommand implements Callable<Integer> {
  private static final long DAY_SECONDS = 86_400;

  private final Context context;

  @Parameters(paramLabel = "NAME", description = "The person, or what the nodes are for.")
  private String name = "";

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "viewer, artist, wrangler or admin; viewer looks, each may do more.")
  private Tokens.@Nullable Role role;

  @Option(
      names = "--project",
      paramLabel = "PROJECT",
      description = "The only project the person sees; may be repeated. All otherwise.")
  private List<String> projects = List.of();

  @Option(names = "--join", description = "Registers nodes, and does nothing else.")
  private boolean join;

  @Option(
      names = "--single",
      description = "With --join: belongs to the first node that registers with it.")
  private boolean single;

  @Option(
      names = "--node",
      paramLabel = "NODE",
      description = "With --join: the only node that may register with it.")
  private @Nullable String node;

  @Option(
      names = "--scale-set",
      paramLabel = "ID",
      description = "With --join: resource id of the scale set whose machines alone may use it.")
  private @Nullable String scaleSet;

  @Option(names = "--days", paramLabel = "N", description = "Valid so long; for ever otherwise.")
  private @Nullable Long days;

  TokenCreateCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Tokens.Role wanted = !join && role == null ? Tokens.Role.VIEWER : role;
    var request =
        new Tokens.Create(
            join ? Tokens.Kind.JOIN : Tokens.Kind.USER,
            name,
            wanted,
            projects,
            single,
            node,
            days == null ? null : Long.valueOf(Math.multiplyExact(days, DAY_SECONDS)),
            scaleSet);
    try (ControllerClient client = context.client()) {
      Tokens.Created created = client.createToken(request);
      if (context.json()) {
        context.printJson(created);
      } else {
        context.out().println(created.token());
        context.out().flush();
        context.err().println("Token " + created.id() + "; it is not shown again.");
        context.err().flush();
      }
      return 0;
    }
  }
}
