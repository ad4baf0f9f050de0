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
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

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
    Callable<Integer> plain = PlainLine.command(context, args);
    int exitCode = run(context, plain, args);
    out.flush();
    if (plain == null || PlainLine.isService(args[0])) {
      Shutdown.exit(exitCode);
    } else {
      // Nothing is left to end, and System.exit logs itself, for which it opens every jar.
      Runtime.getRuntime().halt(exitCode);
    }
  }

  /** Runs one command line; never throws. */
  static int run(Context context, String... args) {
    return run(context, PlainLine.command(context, args), args);
  }

  private static int run(Context context, @Nullable Callable<Integer> plain, String... args) {
    if (plain == null) {
      return Commands.commandLine(context, args).execute(args);
    }
    try {
      return plain.call();
    } catch (Exception e) {
      return explain(context, e);
    }
  }

  /** Says what went wrong; the exit code is for the caller. */
  static int explain(Context context, Exception e) {
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

  /**
   * Whether both stdin and stdout are a terminal. Only where stdout is a device at all, or /proc
   * does not tell, is a console made, which takes 3 ms. JDK 25 gives null again where they are not.
   */
  @SuppressWarnings("SystemConsoleNull")
  static boolean isTerminal() {
    try {
      Path stdout = Files.readSymbolicLink(Path.of("/proc/self/fd/1"));
      if (!stdout.startsWith("/dev") || stdout.equals(Path.of("/dev/null"))) {
        return false;
      }
    } catch (IOException e) {
      // Then the console says.
    }
    return System.console() != null && System.console().isTerminal();
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
