package dev.stoker.controller.protocol;

/**
 * What sessions of a step read of their inputs, in which order: kept with the job, so that the next
 * node brings it before its renderer asks. Nothing ever fails for the lack of one.
 */
public final class Traces {
  /** Longest trace that is taken, in characters of Base64. */
  public static final int LONGEST = 720_000;

  private Traces() {}

  /**
   * {@code POST /v1/leases/{id}/trace}: of a session that began with this attempt.
   *
   * @param attempt the lease's attempt
   * @param trace as agents understand it, in Base64; the controller does not look into it
   * @param passedFiles how many of its files were read past the agent's eyes; the trace with the
   *     fewest is kept
   */
  public record Sent(int attempt, String trace, int passedFiles) {}

  /**
   * {@code GET /v1/jobs/{id}/trace?step=}.
   *
   * @param trace empty where there is none
   */
  public record Kept(String step, String trace, int passedFiles) {
    /** There is none yet. */
    public static Kept none(String step) {
      return new Kept(step, "", 0);
    }
  }
}
