package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Jobs.TaskState;

/**
 * A task that was leased at least once; one that never was is a number below its step's count.
 *
 * @param ordinal its place among all tasks of the job, from 0
 * @param state never {@code WAITING}: whether a step waits is the step's affair
 * @param attempt the latest attempt, from 1
 * @param failures failed attempts since somebody last retried it
 * @param losses attempts that ended with their node, since then
 * @param leaseNumber the live lease, 0 without one
 * @param notBeforeMillis when it may start again after failures, in milliseconds since 1970
 */
public record TaskRow(
    long jobNumber,
    long ordinal,
    TaskState state,
    int attempt,
    int failures,
    int losses,
    long leaseNumber,
    long notBeforeMillis) {

  /** The same, to be started at a time or later. */
  public TaskRow notBefore(long millis) {
    return new TaskRow(jobNumber, ordinal, state, attempt, failures, losses, leaseNumber, millis);
  }
}
