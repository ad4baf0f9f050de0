package dev.stoker.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A {@code stoker} command that runs as a process of its own, as the launcher starts it. */
final class StokerProcess implements AutoCloseable {
  private static final int READY_SECONDS = 60;

  private final Process process;
  private final Path log;
  private final String ready;

  private StokerProcess(Process process, Path log, String ready) {
    this.process = process;
    this.log = log;
    this.ready = ready;
  }

  /** Starts it and waits for its ready line; its log goes to a file in the folder. */
  static StokerProcess start(Path folder, String... arguments) throws Exception {
    return start(folder, List.of(), arguments);
  }

  /** The same by another program, such as one that changes the user. */
  static StokerProcess start(Path folder, List<String> by, String... arguments) throws Exception {
    Path log = Files.createTempFile(folder, arguments[0] + "-", ".log");
    ProcessBuilder builder = builder(folder, arguments);
    builder.command().addAll(0, by);
    Process process = builder.redirectError(log.toFile()).start();
    CompletableFuture<String> line =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                BufferedReader reader =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
                return String.valueOf(reader.readLine());
              } catch (IOException e) {
                return e.toString();
              }
            });
    String first;
    try {
      first = line.get(READY_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      process.destroyForcibly();
      throw new IllegalStateException(arguments[0] + " does not start:\n" + Files.readString(log));
    }
    if (!first.startsWith("ready ")) {
      process.destroyForcibly();
      throw new IllegalStateException(
          arguments[0] + " said '" + first + "':\n" + Files.readString(log));
    }
    return new StokerProcess(process, log, first.substring("ready ".length()));
  }

  /** The command line, for who waits for other lines. */
  static ProcessBuilder builder(Path folder, String... arguments) {
    Path root = Path.of(System.getProperty("stoker.root"));
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "@" + root.resolve("deploy/dist/jvm.options"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("STOKER_"));
    builder.environment().put("HOME", folder.toString());
    return builder;
  }

  /** What it said when it was ready. */
  String ready() {
    return ready;
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM; the exit code it ends with. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("It does not end on SIGTERM.");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    if (!process.isAlive()) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
