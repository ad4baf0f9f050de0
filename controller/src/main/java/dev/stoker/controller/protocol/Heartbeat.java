package dev.stoker.controller.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/nodes/{id}/heartbeat}: every lease a node holds, in one call; a lease that was
 * listed and is not any more is revoked.
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
   * @param timeline what was done so far and when; the span that is still going on ends at 0
   */
  public record Held(
      String leaseId,
      int attempt,
      Phase phase,
      double phaseFraction,
      String message,
      long bytesTotal,
      long bytesDone,
      @Nullable TaskUsage usage,
      List<Finish.Span> timeline) {
    // Agents of earlier releases tell their timeline at the end only.
    public Held {
      timeline = timeline == null ? List.of() : List.copyOf(timeline);
    }

    /** Without what its processes take, and without a timeline. */
    public Held(
        String leaseId,
        int attempt,
        Phase phase,
        double phaseFraction,
        String message,
        long bytesTotal,
        long bytesDone) {
      this(leaseId, attempt, phase, phaseFraction, message, bytesTotal, bytesDone, null, List.of());
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
   * @param machine what the whole machine takes; null where nobody samples it
   * @param holds the folders of which the cache holds most, largest first, at most {@link
   *     #MOST_FOLDERS}; null where that is not said this time and what was said before holds
   */
  public record NodeStatus(
      long cacheBytes,
      long cacheHitBytes,
      long cacheMissBytes,
      @Nullable String problem,
      @Nullable MachineUsage machine,
      @Nullable List<CachedFolder> holds) {

    /** The same, saying nothing of what the cache holds. */
    public NodeStatus withoutFolders() {
      return new NodeStatus(cacheBytes, cacheHitBytes, cacheMissBytes, problem, machine);
    }

    /** Where nothing is said of what the cache holds. */
    public NodeStatus(
        long cacheBytes,
        long cacheHitBytes,
        long cacheMissBytes,
        @Nullable String problem,
        @Nullable MachineUsage machine) {
      this(cacheBytes, cacheHitBytes, cacheMissBytes, problem, machine, null);
    }

    /** Of a node that is well. */
    public NodeStatus(long cacheBytes, long cacheHitBytes, long cacheMissBytes) {
      this(cacheBytes, cacheHitBytes, cacheMissBytes, null, null);
    }
  }

  /** More would cost every heartbeat more than they tell. */
  public static final int MOST_FOLDERS = 64;

  /**
   * What a node's cache holds of one folder of an origin.
   *
   * @param uri with a slash at its end
   * @param files how many, whole or in part
   * @param bytes of disk that they take
   */
  public record CachedFolder(String uri, long files, long bytes) {}

  /**
   * A machine as a whole, Stoker and everything else on it included.
   *
   * @param cpuFraction how busy its CPUs were since the heartbeat before, 0 to 1; -1 when unknown
   * @param memoryBytes memory that is not available to programs
   * @param memoryTotalBytes all memory
   * @param receivedBytes over its networks since its start, loopback left out
   * @param sentBytes likewise
   */
  public record MachineUsage(
      double cpuFraction,
      long memoryBytes,
      long memoryTotalBytes,
      long receivedBytes,
      long sentBytes) {}

  public record Response(List<Answer> leases, boolean drain) {
    public Response {
      leases = List.copyOf(leases);
    }
  }

  /**
   * @param action what to do with the lease
   * @param reason one sentence for the log, or empty
   * @param handBack whether another slot could start it now: a holder that has not begun with it
   *     finishes it as {@code RETURNED}, any other goes on
   */
  public record Answer(String leaseId, Action action, String reason, boolean handBack) {
    /** Which stays where it is. */
    public Answer(String leaseId, Action action, String reason) {
      this(leaseId, action, reason, false);
    }
  }

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
