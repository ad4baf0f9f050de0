package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import picocli.CommandLine;

/** Which commands there are, in the order of the help. */
final class Commands {
  private Commands() {}

  static void addTo(CommandLine line, Context context) {
    line.addSubcommand(new DemoCommand(context))
        .addSubcommand(new DevCommand(context))
        .addSubcommand(new ControllerCommand(context))
        .addSubcommand(new IoCommand(context))
        .addSubcommand(new AgentCommand(context))
        .addSubcommand(new SubmitCommand(context))
        .addSubcommand("job", jobs(context))
        .addSubcommand("node", nodes(context))
        .addSubcommand(new FetchCommand(context))
        .addSubcommand(new PushCommand(context))
        .addSubcommand("cache", cache(context));
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
    return group("Look at nodes.").addSubcommand(new NodeListCommand(context));
  }

  private static CommandLine cache(Context context) {
    return group("Look at this node's cache.").addSubcommand(new CacheStatsCommand(context));
  }

  private static CommandLine group(String description) {
    CommandLine group = new CommandLine(new GroupCommand());
    group.getCommandSpec().usageMessage().description(description);
    return group;
  }

  private static void addChange(
      CommandLine jobs, String name, String description, JobChangeCommand command) {
    CommandLine line = new CommandLine(command);
    line.getCommandSpec().usageMessage().description(description);
    jobs.addSubcommand(name, line);
  }
}
