package dev.stoker.agent.session;

/**
 * How an action of a session went.
 *
 * @param outcome whether the session may go on
 * @param exitCode the command's, 128 and the signal, or -1 when it did not run to an end
 * @param message why it did not succeed, a clause without a full stop; empty on success
 * @param nodeSuspect whether this machine, not the job, is the likely cause
 */
public record ActionResult(Outcome outcome, int exitCode, String message, boolean nodeSuspect) {
  /** Nothing had to be run. */
  static final ActionResult NOTHING = new ActionResult(Outcome.SUCCEEDED, 0, "", false);

  /** The four ways. */
  public enum Outcome {
    SUCCEEDED,
    FAILED,
    TIMED_OUT,
    CANCELED
  }

  public boolean succeeded() {
    return outcome == Outcome.SUCCEEDED;
  }
}
