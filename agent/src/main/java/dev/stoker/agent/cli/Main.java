package dev.stoker.agent.cli;

import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.Release;
import dev.stoker.controller.api.StartException;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.io.asset.IoFailure;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/** Where the program starts. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    PrintWriter out = writer(FileDescriptor.out);
    if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
      out.println("stoker " + Release.version()); // the whole parser would double the time it takes
      out.flush();
      return;
    }
    Logs.toStandardError();
    Context context =
        new Context(
            out,
            writer(FileDescriptor.err),
            System.getenv(),
            Path.of("").toAbsolutePath(),
            isTerminal());
    int exitCode = run(context, args);
    out.flush();
    Shutdown.exit(exitCode);
  }

  /** Runs one command line; never throws. */
  static int run(Context context, String... args) {
    return commandLine(context, args).execute(args);
  }

  /**
   * The parser of a command line, which need not know other commands than the one it begins with.
   */
  static CommandLine commandLine(Context context, String... args) {
    CommandLine line = new CommandLine(new StokerCommand(context));
    line.getCommandSpec().versionProvider(() -> new String[] {"stoker " + Release.version()});
    Commands.addTo(line, context, args);
    line.setOut(context.out());
    line.setErr(context.err());
    line.setUsageHelpAutoWidth(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setParameterExceptionHandler((e, arguments) -> explainUsage(context, e));
    line.setExecutionExceptionHandler((e, command, parsed) -> explain(context, e));
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

  private static int explain(Context context, Exception e) {
    int exitCode = CommandFailure.FAILED;
    String message;
    switch (e) {
      case CommandFailure failure -> {
        exitCode = failure.exitCode();
        message = failure.getMessage();
      }
      case ConfigFailure failure -> {
        exitCode = CommandFailure.USAGE;
        message = failure.getMessage();
      }
      case StartException failure -> message = String.valueOf(failure.getMessage());
      case ControllerException failure -> message = failure.sentence();
      case IoFailure failure -> message = failure.getMessage();
      default -> message = unexpected(e);
    }
    context.err().println("stoker: " + message);
    context.err().flush();
    return exitCode;
  }

  /**
   * A fault of ours: the trace goes to a file that a report can hold, the terminal gets a sentence.
   */
  private static String unexpected(Exception e) {
    try {
      Path trace = Files.createTempFile("stoker-fault-", ".txt");
      try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(trace))) {
        e.printStackTrace(writer);
      }
      return "Something went wrong that should not have: %s; please report it with the file %s."
          .formatted(e, trace);
    } catch (IOException | UncheckedIOException unwritable) {
      return "Something went wrong that should not have: %s.".formatted(e);
    }
  }

  /** Whether both stdin and stdout are a terminal. JDK 25 gives null again where they are not. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    return System.console() != null && System.console().isTerminal();
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
