package dev.stoker.controller.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/nodes/{id}/heartbeat}: every lease a node holds, in one call; a lease that is not
 * listed is revoked.
 */
public final class Heartbeat {
  private Heartbeat() {}

  public record Request(List<Held> leases, @Nullable NodeStatus status) {
    public Request {
      leases = List.copyOf(leases);
    }
  }

  /**
   * @param leaseId a lease of this node
   * @param attempt its attempt
   * @param phase where the attempt is
   * @param phaseFraction how much of the phase is done, 0 to 1, or -1 when unknown
   * @param message what the renderer last said of itself, or empty
   * @param bytesTotal bytes of input it needs, as far as known
   * @param bytesDone bytes of input that are on the node
   * @param usage what its processes take; null where nobody samples them
   */
  public record Held(
      String leaseId,
      int attempt,
      Phase phase,
      double phaseFraction,
      String message,
      long bytesTotal,
      long bytesDone,
      @Nullable TaskUsage usage) {

    /** Without what its processes take. */
    public Held(
        String leaseId,
        int attempt,
        Phase phase,
        double phaseFraction,
        String message,
        long bytesTotal,
        long bytesDone) {
      this(leaseId, attempt, phase, phaseFraction, message, bytesTotal, bytesDone, null);
    }
  }

  /** Where an attempt is. */
  public enum Phase {
    QUEUED,
    FETCHING,
    RENDERING,
    PUBLISHING
  }

  /**
   * @param cacheBytes bytes the node's cache holds
   * @param cacheHitBytes bytes wanted and found there, since its start
   * @param cacheMissBytes bytes wanted and fetched, since its start
   * @param problem why the node takes no work now, a clause; null when it does
   */
  public record NodeStatus(
      long cacheBytes, long cacheHitBytes, long cacheMissBytes, @Nullable String problem) {

    /** Of a node that is well. */
    public NodeStatus(long cacheBytes, long cacheHitBytes, long cacheMissBytes) {
      this(cacheBytes, cacheHitBytes, cacheMissBytes, null);
    }
  }

  public record Response(List<Answer> leases, boolean drain) {
    public Response {
      leases = List.copyOf(leases);
    }
  }

  /**
   * @param action what to do with the lease
   * @param reason one sentence for the log, or empty
   */
  public record Answer(String leaseId, Action action, String reason) {}

  /** What the controller wants of a lease. */
  public enum Action {
    /** Its term starts anew. */
    EXTEND,
    /** Somebody canceled it: stop and finish it as {@code CANCELED}. */
    CANCEL,
    /** It is no longer this node's: stop at once, publish nothing, report nothing. */
    REVOKED
  }
}
