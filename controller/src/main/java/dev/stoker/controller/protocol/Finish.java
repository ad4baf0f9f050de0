package dev.stoker.controller.protocol;

import java.util.List;

/**
 * {@code POST /v1/leases/{id}/finish}: how an attempt ended; repeated by the agent until it is
 * acknowledged with 200.
 */
public final class Finish {
  private Finish() {}

  /**
   * @param attempt the lease's attempt
   * @param outcome how it ended
   * @param exitCode the renderer's exit code, -1 when none ran to its end
   * @param message one sentence that says why, empty on success
   * @param retryElsewhere whether this node is the likely cause: the failure then costs the task no
   *     attempt (ten of them end it all the same)
   * @param timeline what was done when
   * @param originBytes bytes fetched from origins for this attempt
   * @param cachedBytes bytes of input that were already on the node
   * @param publishedBytes bytes of output
   */
  public record Request(
      int attempt,
      Outcome outcome,
      int exitCode,
      String message,
      boolean retryElsewhere,
      List<Span> timeline,
      long originBytes,
      long cachedBytes,
      long publishedBytes) {
    public Request {
      timeline = List.copyOf(timeline);
    }
  }

  /** How an attempt ended. */
  public enum Outcome {
    /** Its commit was granted and every file of the manifest is visible. */
    SUCCEEDED,
    /**
     * Costs an attempt. After a grant: the manifest can never be carried out, {@code message} says
     * why, and it is voided.
     */
    FAILED,
    /** Somebody asked for it. After a grant it is as {@code RETURNED}. */
    CANCELED,
    /** The node hands it back; costs no attempt. After a grant: somebody else carries it out. */
    RETURNED
  }

  /**
   * @param name {@code fetch}, {@code render} or {@code publish}
   * @param startMillis milliseconds since 1970, by the node's clock
   * @param endMillis likewise
   */
  public record Span(String name, long startMillis, long endMillis) {}
}
