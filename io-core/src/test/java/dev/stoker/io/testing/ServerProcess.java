package dev.stoker.io.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A real server as a child of the test's JVM, with a folder of its own; gone when the test is. */
final class ServerProcess implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private final Process process;
  private final Path folder;
  private final Thread killer;

  private ServerProcess(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
    this.killer = new Thread(() -> kill(process), "kill-test-server");
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /** Starts {@code command} and waits until {@code port} of 127.0.0.1 accepts connections. */
  static ServerProcess start(Path folder, int port, Map<String, String> env, List<String> command) {
    return start(folder, "127.0.0.1", port, env, command);
  }

  /** The same for a port of another loopback address. */
  static ServerProcess start(
      Path folder, String host, int port, Map<String, String> env, List<String> command) {
    Path log = folder.resolve("server.log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().putAll(env);
      ServerProcess server = new ServerProcess(builder.start(), folder);
      try {
        server.awaitPort(host, port, log);
      } catch (RuntimeException e) {
        server.close();
        throw e;
      }
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + command.getFirst(), e);
    }
  }

  static Path newFolder(String name) {
    try {
      return Files.createTempDirectory("stoker-" + name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitPort(String host, int port, Path log) {
    long end = System.nanoTime() + START_TIMEOUT.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      try (Socket probe = new Socket()) {
        probe.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port), 1_000);
        return;
      } catch (IOException notYet) {
        LockSupport.parkNanos(20_000_000);
      }
    }
    String said;
    try {
      said = Files.readString(log);
    } catch (IOException e) {
      said = e.toString();
    }
    throw new IllegalStateException("The test server did not start; it said: " + said);
  }

  /** Its process id. */
  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** {@code kill -9}; its folder stays until it is closed. */
  void killNow() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** SIGTERM, so that it keeps what it has; its folder stays until it is closed. */
  void stop() {
    kill(process);
  }

  private static void kill(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    kill(process);
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook has run or is running.
    }
    remove(folder);
  }

  static void remove(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      throw new IllegalStateException("Cannot remove " + folder, e);
    }
  }
}
