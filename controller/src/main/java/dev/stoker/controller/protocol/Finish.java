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
   * @param retryElsewhere whether this node is the likely cause
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
    SUCCEEDED,
    /** Counts as a retry. */
    FAILED,
    /** Somebody asked for it. */
    CANCELED,
    /** The node hands it back; costs no retry. */
    RETURNED
  }

  /**
   * @param name {@code fetch}, {@code render} or {@code publish}
   * @param startMillis milliseconds since 1970, by the node's clock
   * @param endMillis likewise
   */
  public record Span(String name, long startMillis, long endMillis) {}
}
