package dev.stoker.agent.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One process, never mistaken for a later one of the same number.
 *
 * @param pid its number
 * @param startTicks when it started, in clock ticks since boot (proc(5), stat field 22)
 * @param bootId since which boot (proc(5), sys/kernel/random/boot_id)
 */
record ProcessIdentity(long pid, long startTicks, String bootId) {

  private static final Path PROC = Path.of("/proc");

  /** The boot this machine is in. */
  static String currentBoot() {
    try {
      return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Reads {@code "PID STARTTIME"}. */
  static Optional<ProcessIdentity> read(Path file, String bootId) {
    try {
      String[] words = Files.readString(file).strip().split(" ", -1);
      return words.length == 2
          ? Optional.of(
              new ProcessIdentity(Long.parseLong(words[0]), Long.parseLong(words[1]), bootId))
          : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  boolean isAlive() {
    return bootId.equals(currentBoot()) && statOf(pid).filter(this::matches).isPresent();
  }

  /** Kills it if it is still the same process. */
  void kill() {
    if (isAlive()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private boolean matches(String stat) {
    // The name in parentheses may hold anything; state is the first word after it, field 3.
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return words.length > 19 && !words[0].equals("Z") && words[19].equals("" + startTicks);
  }

  private static Optional<String> statOf(long pid) {
    try {
      return Optional.of(Files.readString(PROC.resolve(pid + "/stat")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
