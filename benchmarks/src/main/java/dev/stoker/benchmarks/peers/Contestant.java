package dev.stoker.benchmarks.peers;

import java.util.List;
import java.util.Map;

/**
 * A program that does the job.
 *
 * @param name as the table shows it
 * @param command with its arguments; its first word is looked up on {@code PATH}
 * @param environment on top of ours
 * @param prepare undoes what the last run left, untimed
 * @param check throws unless the job was done; told whether every byte is to be compared
 */
record Contestant(
    String name,
    List<String> command,
    Map<String, String> environment,
    Runnable prepare,
    Check check) {
  Contestant {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** Looks at what a run left behind. */
  @FunctionalInterface
  interface Check {
    void requireDone(boolean everyByte);
  }
}
