package dev.stoker.controller.store;

/**
 * A step of a job.
 *
 * @param number names it in this store; 0 before it is stored
 * @param position its place in the template, from 0
 * @param firstOrdinal the ordinal within the job of its first task
 * @param nextIndex tasks from this index on were never leased and have no row
 * @param unmet how many steps it still waits for
 * @param held whether nothing of it may start: its job is suspended or over
 * @param project its job's
 * @param submitter its job's
 * @param priority its job's
 * @param needs what a slot must offer, as JSON
 */
public record StepRow(
    long number,
    long jobNumber,
    int position,
    String name,
    long firstOrdinal,
    long taskCount,
    long nextIndex,
    int unmet,
    boolean held,
    String project,
    String submitter,
    int priority,
    TaskCounts counts,
    String needs) {

  /** How many ready or waiting tasks have a row, because they were leased before. */
  public long openRows() {
    return counts.open() - (taskCount - nextIndex);
  }

  /** Whether a task of it may start now. */
  public boolean isStartable() {
    return counts.open() > 0 && unmet == 0 && !held;
  }

  public boolean isComplete() {
    return counts.succeeded() == taskCount;
  }
}
