package dev.stoker.agent.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds what a dead shim left behind: every action carries a variable that names its session, and
 * its processes inherit it. A process that wiped its environment is missed; a cgroup would not.
 */
final class MarkedProcesses {
  private static final String VARIABLE = "STOKER_SESSION=";

  /** SIGKILL takes effect at once unless a process hangs in the kernel. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private MarkedProcesses() {}

  static String mark(String session) {
    return VARIABLE + session;
  }

  /**
   * Kills all of them.
   *
   * @return how many were there
   */
  static int killAll(String session) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    int killed = 0;
    while (true) {
      List<ProcessHandle> found = find(mark(session));
      if (found.isEmpty() || System.nanoTime() - until > 0) {
        return killed;
      }
      killed = Math.max(killed, found.size());
      found.forEach(ProcessHandle::destroyForcibly);
      Thread.onSpinWait();
    }
  }

  private static List<ProcessHandle> find(String mark) {
    byte[] wanted = mark.getBytes(StandardCharsets.UTF_8);
    List<ProcessHandle> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (hasVariable(process.resolve("environ"), wanted)) {
          ProcessHandle.of(Long.parseLong(process.getFileName().toString())).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      return found;
    }
    return found;
  }

  private static boolean hasVariable(Path environ, byte[] wanted) {
    try {
      byte[] all = Files.readAllBytes(environ);
      for (int at = 0; at < all.length; ) {
        int end = at;
        while (end < all.length && all[end] != 0) {
          end++;
        }
        if (Arrays.equals(all, at, end, wanted, 0, wanted.length)) {
          return true;
        }
        at = end + 1;
      }
    } catch (IOException e) {
      return false; // ended meanwhile, or not ours
    }
    return false;
  }
}
