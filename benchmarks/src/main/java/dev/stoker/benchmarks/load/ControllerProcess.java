package dev.stoker.benchmarks.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code stoker controller} in a process of its own, so that its memory and time can be read. */
final class ControllerProcess implements AutoCloseable {
  private static final int STOP_SECONDS = 10;

  /** What both launchers do; the first argument is Java, the rest goes on. */
  private static final String AS_LAUNCHED =
      """
      . "$0/deploy/dist/tuning.sh"
      tune controller
      java=$1
      shift
      exec "$java" "@$0/deploy/dist/jvm.options" $tuning "$@"
      """;

  private final Process process;
  private final URI url;

  private ControllerProcess(Process process, URI url) {
    this.process = process;
    this.url = url;
  }

  /**
   * @param root of the source tree, whose launcher says with what options controllers run
   * @param database address of a PostgreSQL database, null for SQLite in the folder
   * @param heap the most heap, as Java is told it
   * @param options of its Java, besides
   */
  static ControllerProcess start(
      Path root, Path folder, @Nullable String database, String heap, List<String> options)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", AS_LAUNCHED, root.toString()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.stoker.agent.cli.Main", "controller", "--listen", "127.0.0.1:0"));
    command.addAll(List.of("--data", folder.toString()));
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("STOKER_CONTROLLER_MEMORY", heap);
    if (database != null) {
      builder.environment().put("STOKER_DATABASE", database);
    }
    Process process = builder.start();
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    String line = out.readLine();
    if (line == null || !line.startsWith("ready ")) {
      process.destroyForcibly();
      throw new IOException("The controller did not start; it said " + line + ".");
    }
    return new ControllerProcess(process, URI.create(line.substring("ready ".length())));
  }

  URI url() {
    return url;
  }

  /** The largest resident set so far, in MiB. */
  long peakMib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", process.pid() + "", "status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1_024;
      }
    }
    throw new IOException("The kernel does not tell the controller's memory.");
  }

  /** Processor time so far, in seconds. */
  double cpuSeconds() {
    return process.info().totalCpuDuration().map(time -> time.toMillis() / 1e3).orElse(0.0);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
