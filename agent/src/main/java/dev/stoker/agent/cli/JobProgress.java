package dev.stoker.agent.cli;

import dev.stoker.controller.protocol.Heartbeat.Phase;
import dev.stoker.controller.protocol.Jobs;
import java.util.List;

/**
 * A running job at one moment, as far as a person wants to see it.
 *
 * @param tasks all tasks of all steps
 * @param done tasks that succeeded
 * @param failed tasks that failed for good
 * @param bytesTotal bytes of input that the attempts seen so far need
 * @param bytesOnNode bytes of these that are on their nodes
 * @param running what nodes work on, in task order
 */
record JobProgress(
    Jobs.State state,
    long tasks,
    long done,
    long failed,
    long bytesTotal,
    long bytesOnNode,
    List<RunningTask> running) {
  JobProgress {
    running = List.copyOf(running);
  }

  /**
   * One attempt that runs.
   *
   * @param label the step and the parameter values that tell the task from others
   * @param fraction how much of the phase is done, 0 to 1, or negative when unknown
   * @param message what the renderer last said, or empty
   */
  record RunningTask(String label, Phase phase, double fraction, String message) {}
}
