package dev.stoker.agent.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that does not outlive this one, not even when this one is killed: the kernel kills it
 * when the thread that started it ends (PR_SET_PDEATHSIG, prctl(2)), and that thread waits for it.
 * Thread-safe.
 */
final class ChildProcess implements AutoCloseable {
  /** Azurite writes its tables within this time; Blender ends at once. */
  private static final Duration GRACE = Duration.ofSeconds(3);

  private final String name;
  private final Process process;
  private final Thread owner;

  private ChildProcess(String name, Process process, Thread owner) {
    this.name = name;
    this.process = process;
    this.owner = owner;
  }

  /**
   * @param name for messages
   * @param log gets its output
   * @throws DemoFailure when it cannot be started
   */
  static ChildProcess start(
      String name, List<String> command, Map<String, String> environment, Path log) {
    List<String> guarded = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
    guarded.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(guarded);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    builder.redirectInput(Path.of("/dev/null").toFile());
    CompletableFuture<Process> started = new CompletableFuture<>();
    Thread owner =
        Thread.ofPlatform().name("child-" + name).daemon().start(() -> own(builder, started));
    try {
      return new ChildProcess(name, started.get(), owner);
    } catch (ExecutionException e) {
      throw new DemoFailure("Cannot start " + name + ": " + e.getCause() + ".", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var _ = started.thenAccept(Process::destroyForcibly);
      throw new DemoFailure("Interrupted while " + name + " started.", e);
    }
  }

  private static void own(ProcessBuilder builder, CompletableFuture<Process> started) {
    try {
      Process process = builder.start();
      started.complete(process);
      while (process.isAlive()) {
        waitOn(process);
      }
    } catch (IOException e) {
      started.completeExceptionally(e);
    }
  }

  private static void waitOn(Process process) {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      // Nobody interrupts this thread on purpose; it must stay as long as the process does.
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * @return the exit status, null when {@code patience} ends first
   */
  @Nullable Integer await(Duration patience) throws InterruptedException {
    return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : null;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
      owner.join(GRACE.toMillis());
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return name + " (process " + process.pid() + ")";
  }
}
