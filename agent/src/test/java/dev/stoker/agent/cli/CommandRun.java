package dev.stoker.agent.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;

/** Runs command lines in this process and keeps what the last one said. */
final class CommandRun {
  private final Path folder;
  private final Map<String, String> environment;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();
  private int exitCode = -1;

  /**
   * @param folder working folder and home
   */
  CommandRun(Path folder) {
    this(folder, Map.of("HOME", folder.toString()));
  }

  CommandRun(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
  }

  int run(String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    Context context =
        new Context(
            new PrintWriter(out, true), new PrintWriter(err, true), environment, folder, false);
    exitCode = Main.run(context, arguments);
    return exitCode;
  }

  int exitCode() {
    return exitCode;
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }
}
