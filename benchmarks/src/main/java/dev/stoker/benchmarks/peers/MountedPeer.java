package dev.stoker.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that has a tree mounted on a folder, and what it costs. */
final class MountedPeer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 20;

  /** USER_HZ, in which /proc counts. */
  private static final long TICK_NANOS = 10_000_000;

  private final Process process;
  private final Path folder;

  private MountedPeer(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /** Starts the command, which stays in the foreground, and waits until the folder is a mount. */
  static MountedPeer start(List<String> command, Path folder, Path log) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      MountedPeer peer = new MountedPeer(process, folder);
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!peer.isMounted()) {
        if (!process.isAlive() || System.nanoTime() > end) {
          peer.close();
          throw new IllegalStateException(command + " did not mount: " + Files.readString(log));
        }
        Thread.sleep(POLL_MILLIS);
      }
      return peer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while a mount started.", e);
    }
  }

  private boolean isMounted() throws IOException {
    return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + folder + " ");
  }

  /** User and system time of the process until now. */
  long cpuNanos() {
    String[] fields = afterName("stat").split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NANOS;
  }

  /** Its largest resident size until now. */
  long peakRssBytes() {
    return read("status")
        .lines()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElse(0);
  }

  /** What follows the program's name, in which there may be spaces. */
  private String afterName(String file) {
    String line = read(file);
    return line.substring(line.lastIndexOf(')') + 2);
  }

  private String read(String file) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/" + file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unmounts and waits for the process. */
  @Override
  public void close() {
    try {
      process.destroy();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      if (isMounted()) {
        new ProcessBuilder("umount", "-l", folder.toString()).start().waitFor();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while a mount ended.", e);
    }
  }
}
