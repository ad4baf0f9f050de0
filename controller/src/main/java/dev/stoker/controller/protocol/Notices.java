package dev.stoker.controller.protocol;

/** What webhooks are sent, and mail says. */
public final class Notices {
  /** Of {@link JobEnded#event}. */
  public static final String JOB_ENDED = "job.ended";

  private Notices() {}

  /**
   * A job is over.
   *
   * @param id the same in each delivery of the same word to the same receiver
   * @param event {@link #JOB_ENDED}
   * @param message why it failed, or empty
   * @param submittedMillis milliseconds since 1970
   * @param endedMillis likewise
   * @param tasks in all; the next three count some of them
   */
  public record JobEnded(
      String id,
      String event,
      String jobId,
      String name,
      String project,
      String submitter,
      Jobs.State state,
      String message,
      long submittedMillis,
      long endedMillis,
      long tasks,
      long succeeded,
      long failed,
      long canceled) {}
}
