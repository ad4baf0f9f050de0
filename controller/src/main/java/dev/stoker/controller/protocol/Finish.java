package dev.stoker.controller.protocol;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
   * @param cause what kind of end it was; null on success, and from agents that do not say
   * @param retry what the agent knows of another try; null: the controller's own rules
   * @param usage what the attempt took; null where nobody sampled it
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
      long publishedBytes,
      @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_AS_NULL) @Nullable Cause cause,
      @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_AS_NULL) @Nullable Retry retry,
      @Nullable TaskUsage usage) {
    public Request {
      timeline = List.copyOf(timeline);
    }

    /** A report that says no more than the first release's did. */
    public Request(
        int attempt,
        Outcome outcome,
        int exitCode,
        String message,
        boolean retryElsewhere,
        List<Span> timeline,
        long originBytes,
        long cachedBytes,
        long publishedBytes) {
      this(
          attempt,
          outcome,
          exitCode,
          message,
          retryElsewhere,
          timeline,
          originBytes,
          cachedBytes,
          publishedBytes,
          null,
          null,
          null);
    }
  }

  /** Why an attempt did not succeed. */
  public enum Cause {
    /** Its command ended with another code than 0, and nothing says more. */
    FAILED,
    /** The renderer ended well, and said something that no good frame comes with. */
    BAD_FRAME,
    /** It took more memory than its slot, or its GPU, has. */
    OUT_OF_MEMORY,
    /** No licence was to be had. Costs no attempt for a while: it is tried again later. */
    LICENCE_REFUSED,
    /** An input is not there. */
    ASSET_MISSING,
    /** An input is another version than the one that the job pinned. */
    ASSET_CHANGED,
    /** It took longer than its template allows. */
    TIMED_OUT,
    /** A signal ended it that Stoker did not send: a crash, or somebody. */
    KILLED,
    /** For a long while it did nothing at all. */
    STALLED,
    /** The node, not the task: its disk, its processes, its GPU. */
    NODE_FAULT
  }

  /** What another try is worth, as a renderer's profile knows it. */
  public enum Retry {
    /** The same node is as good as any. */
    HERE,
    /** Another node may well succeed. */
    ELSEWHERE,
    /** It fails everywhere: the task is given up at once. */
    NEVER
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
