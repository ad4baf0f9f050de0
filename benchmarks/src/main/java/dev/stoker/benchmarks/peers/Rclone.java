package dev.stoker.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;

/** How rclone is run: no retries that would hide a failure, no configuration of the user's. */
final class Rclone {
  private Rclone() {}

  static List<String> command(List<String> what, String... how) {
    List<String> command = new ArrayList<>(List.of("rclone"));
    command.addAll(what);
    command.addAll(List.of("--config", "/dev/null", "--retries", "1", "--low-level-retries", "1"));
    command.addAll(List.of(how));
    return command;
  }
}
