package dev.stoker.agent.cli;

import dev.stoker.agent.config.Release;
import dev.stoker.controller.client.ControllerClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;

/** Which commands there are, in the order of the help. */
final class Commands {
  private Commands() {}

  /**
   * The parser of a command line, which need not know other commands than the one it begins with.
   */
  static CommandLine commandLine(Context context, String... args) {
    CommandLine line = new CommandLine(new StokerCommand(context));
    line.getCommandSpec().versionProvider(() -> new String[] {"stoker " + Release.version()});
    addTo(line, context, args);
    line.setOut(context.out());
    line.setErr(context.err());
    line.setUsageHelpAutoWidth(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setParameterExceptionHandler((e, arguments) -> explainUsage(context, e));
    line.setExecutionExceptionHandler((e, command, parsed) -> Main.explain(context, e));
    return line;
  }

  private static int explainUsage(Context context, CommandLine.ParameterException e) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    String message = List.of(String.valueOf(e.getMessage()).split("\n", 2)).getFirst();
    context.err().println("stoker: %s (see '%s --help')".formatted(message, name));
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      if (!near.isEmpty()) {
        context.err().println("Did you mean: " + String.join(", ", near) + "?");
      }
    }
    context.err().flush();
    return CommandFailure.USAGE;
  }

  /**
   * Adds what the arguments may need: the one command that they begin with, or all of them. Picocli
   * takes 100 ms to look at all, which is a third of a small {@code fetch}.
   */
  private static void addTo(CommandLine line, Context context, String... arguments) {
    Map<String, Function<Context, Object>> all = all();
    String first = arguments.length == 0 ? "" : arguments[0];
    Function<Context, Object> named = all.get(first);
    if (named == null) {
      all.forEach((name, command) -> line.addSubcommand(name, command.apply(context)));
    } else {
      line.addSubcommand(first, named.apply(context));
    }
  }

  private static Map<String, Function<Context, Object>> all() {
    Map<String, Function<Context, Object>> all = new LinkedHashMap<>();
    all.put("demo", DemoCommand::new);
    all.put("dev", DevCommand::new);
    all.put("controller", Commands::controller);
    all.put("io", IoCommand::new);
    all.put("agent", AgentCommand::new);
    all.put("submit", SubmitCommand::new);
    all.put("openjd", Commands::openjd);
    all.put("job", Commands::jobs);
    all.put("node", Commands::nodes);
    all.put("token", Commands::tokens);
    all.put("login", LoginCommand::new);
    all.put("logout", LogoutCommand::new);
    all.put("mount", MountCommand::new);
    all.put("fetch", FetchCommand::new);
    all.put("push", PushCommand::new);
    all.put("cache", Commands::cache);
    all.put("topology", TopologyCommand::new);
    all.put("bench", Commands::bench);
    all.put("completion", CompletionCommand::new);
    return all;
  }

  private static CommandLine openjd(Context context) {
    return group("Check, summarise and run OpenJD templates on this machine.")
        .addSubcommand(new OpenjdCheckCommand(context))
        .addSubcommand(new OpenjdSummaryCommand(context))
        .addSubcommand(new OpenjdRunCommand(context));
  }

  private static CommandLine controller(Context context) {
    CommandLine controller = new CommandLine(new ControllerCommand(context));
    addChange(
        controller,
        "backup",
        "Copy the queue to a new file, also while its controller runs.",
        ControllerBackupCommand.backup(context));
    addChange(
        controller,
        "restore",
        "Make a backup the queue of a data folder that has none.",
        ControllerBackupCommand.restore(context));
    return controller;
  }

  private static CommandLine jobs(Context context) {
    CommandLine jobs =
        group("Look at jobs and change them.")
            .addSubcommand(new JobListCommand(context))
            .addSubcommand(new JobShowCommand(context))
            .addSubcommand(new JobWatchCommand(context))
            .addSubcommand(new JobLogsCommand(context))
            .addSubcommand(new JobOutputsCommand(context));
    addChange(
        jobs,
        "cancel",
        "Stop a job; what it published stays.",
        new JobChangeCommand(context, ControllerClient::cancel));
    jobs.addSubcommand(new JobRetryCommand(context));
    addChange(
        jobs,
        "suspend",
        "Start no further tasks of a job; running ones go on.",
        new JobChangeCommand(context, ControllerClient::suspend));
    addChange(
        jobs,
        "resume",
        "End a suspension.",
        new JobChangeCommand(context, ControllerClient::resume));
    return jobs;
  }

  private static CommandLine nodes(Context context) {
    CommandLine nodes =
        group("Look at nodes, and keep work from them.")
            .addSubcommand(new NodeListCommand(context));
    addChange(
        nodes,
        "drain",
        "Give a node no further tasks; it ends what it holds.",
        new NodeDrainCommand(context, ControllerClient::drain));
    addChange(
        nodes,
        "resume",
        "Give a drained node tasks again.",
        new NodeDrainCommand(context, ControllerClient::resumeNode));
    return nodes;
  }

  private static CommandLine tokens(Context context) {
    return group("Say who may call the controller.")
        .addSubcommand(new TokenCreateCommand(context))
        .addSubcommand(new TokenListCommand(context))
        .addSubcommand(new TokenRevokeCommand(context))
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  private static CommandLine cache(Context context) {
    return group("Look at this node's cache and change what it holds.")
        .addSubcommand(new CacheStatsCommand(context))
        .addSubcommand(new CacheWarmCommand(context))
        .addSubcommand(new CacheVerifyCommand(context))
        .addSubcommand(new CacheEvictCommand(context));
  }

  private static CommandLine bench(Context context) {
    return group("Measure this node.").addSubcommand(new BenchIoCommand(context));
  }

  private static CommandLine group(String description) {
    CommandLine group = new CommandLine(new GroupCommand());
    group.getCommandSpec().usageMessage().description(description);
    return group;
  }

  private static void addChange(
      CommandLine group, String name, String description, Callable<Integer> command) {
    CommandLine line = new CommandLine(command);
    line.getCommandSpec().usageMessage().description(description);
    group.addSubcommand(name, line);
  }
}
