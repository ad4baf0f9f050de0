package dev.stoker.agent.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The same command once more, in a process that outlives this one: {@code --daemon}. A Java process
 * cannot fork, so it is started anew, with what this one was started with.
 */
final class Background {
  private static final String READY = "ready ";

  private final Context context;

  Background(Context context) {
    this.context = context;
  }

  /**
   * Starts it and waits until it says that it is ready. What it says later goes to a log in the
   * data folder.
   *
   * @param what names it in messages
   * @return what it says is ready
   */
  String start(String what) {
    try {
      Path log = context.settings().data().resolve("mount.log");
      Files.createDirectories(log.getParent());
      long before = Files.exists(log) ? Files.size(log) : 0;
      Process process =
          new ProcessBuilder(command())
              .directory(context.folder().toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          if (line.startsWith(READY)) {
            return line.substring(READY.length());
          }
        }
      }
      process.waitFor();
      throw CommandFailure.failed(reason(log, before, what));
    } catch (IOException e) {
      throw CommandFailure.failed("Cannot start '%s' in the background: %s".formatted(what, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("Waiting for '%s' was interrupted.".formatted(what));
    }
  }

  /** What it said last, without our own prefix. */
  private static String reason(Path log, long before, String what) throws IOException {
    byte[] all = Files.readAllBytes(log);
    String said =
        new String(all, (int) before, all.length - (int) before, StandardCharsets.UTF_8).strip();
    String last = said.substring(said.lastIndexOf('\n') + 1);
    return last.isEmpty()
        ? "The process for %s ended before it was ready; see %s.".formatted(what, log)
        : last.replaceFirst("^stoker: ", "");
  }

  /** This process's own command line, in a session of its own, in the foreground there. */
  private List<String> command() throws IOException {
    List<String> command = new ArrayList<>(List.of("setsid", "--"));
    String line = Files.readString(Path.of("/proc/self/cmdline"));
    for (String argument : line.substring(0, line.length() - 1).split("\0", -1)) {
      if (!argument.equals("--daemon") && !argument.equals("--json")) {
        command.add(argument);
      }
    }
    return command;
  }
}
