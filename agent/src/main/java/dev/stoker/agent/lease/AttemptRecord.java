package dev.stoker.agent.lease;

import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.TaskUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attempt as far as it has come: what a restarted agent needs to end it well.
 *
 * @param lease whose attempt it is
 * @param state how far it is
 * @param sessionId the session that renders it, from RUNNING on; empty where nobody noted it
 * @param outputs what waits to be staged, from RENDERED on
 * @param manifest what it asked or was granted to publish, from STAGED on
 * @param finish the report that is to be acknowledged, from FINISHED on
 * @param timeline what was done when
 * @param originBytes bytes of input that came from origins
 * @param cachedBytes bytes of input that were on the node
 * @param usage what its processes took, from STAGED on; null where nobody measured them
 */
public record AttemptRecord(
    Leasing.Lease lease,
    State state,
    String sessionId,
    List<Waiting> outputs,
    Commit.@Nullable Manifest manifest,
    Finish.@Nullable Request finish,
    List<Finish.Span> timeline,
    long originBytes,
    long cachedBytes,
    @Nullable TaskUsage usage) {
  public AttemptRecord {
    sessionId = sessionId == null ? "" : sessionId; // of an earlier release
    outputs = List.copyOf(outputs);
    timeline = List.copyOf(timeline);
  }

  /**
   * @param path below the folder in which the attempt's outputs wait
   * @param destination URI without credentials
   */
  public record Waiting(String path, String destination) {}

  /** In the order in which they are passed; any may be the last before FINISHED. */
  public enum State {
    LEASED,
    RUNNING,
    /** Its renderer ended well; what it wrote was taken out of its session. */
    RENDERED,
    /** All outputs lie at their destinations, unseen; the commit is asked for. */
    STAGED,
    /** Past the point of no return. */
    GRANTED,
    /** Only the report is left. */
    FINISHED
  }

  public static AttemptRecord leased(Leasing.Lease lease) {
    return new AttemptRecord(lease, State.LEASED, "", List.of(), null, null, List.of(), 0, 0, null);
  }

  public AttemptRecord running(
      String session, List<Finish.Span> done, long fromOrigin, long fromCache) {
    return new AttemptRecord(
        lease,
        State.RUNNING,
        session,
        outputs,
        manifest,
        finish,
        done,
        fromOrigin,
        fromCache,
        usage);
  }

  public AttemptRecord rendered(
      List<Waiting> waiting, List<Finish.Span> done, @Nullable TaskUsage took) {
    return new AttemptRecord(
        lease,
        State.RENDERED,
        sessionId,
        waiting,
        manifest,
        finish,
        done,
        originBytes,
        cachedBytes,
        took);
  }

  public AttemptRecord staged(
      Commit.Manifest staged,
      List<Finish.Span> done,
      long fromOrigin,
      long fromCache,
      @Nullable TaskUsage took) {
    return new AttemptRecord(
        lease,
        State.STAGED,
        sessionId,
        List.of(),
        staged,
        finish,
        done,
        fromOrigin,
        fromCache,
        took);
  }

  public AttemptRecord granted(Commit.Manifest stored) {
    return new AttemptRecord(
        lease,
        State.GRANTED,
        sessionId,
        List.of(),
        stored,
        finish,
        timeline,
        originBytes,
        cachedBytes,
        usage);
  }

  public AttemptRecord finished(Finish.Request report) {
    return new AttemptRecord(
        lease,
        State.FINISHED,
        sessionId,
        List.of(),
        manifest,
        report,
        timeline,
        originBytes,
        cachedBytes,
        usage);
  }
}
