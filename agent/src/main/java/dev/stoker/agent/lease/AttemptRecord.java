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
    Commit.@Nullable Manifest manifest,
    Finish.@Nullable Request finish,
    List<Finish.Span> timeline,
    long originBytes,
    long cachedBytes,
    @Nullable TaskUsage usage) {
  public AttemptRecord {
    timeline = List.copyOf(timeline);
  }

  /** In the order in which they are passed; any may be the last before FINISHED. */
  public enum State {
    LEASED,
    RUNNING,
    /** All outputs lie at their destinations, unseen; the commit is asked for. */
    STAGED,
    /** Past the point of no return. */
    GRANTED,
    /** Only the report is left. */
    FINISHED
  }

  public static AttemptRecord leased(Leasing.Lease lease) {
    return new AttemptRecord(lease, State.LEASED, null, null, List.of(), 0, 0, null);
  }

  public AttemptRecord running() {
    return new AttemptRecord(
        lease, State.RUNNING, manifest, finish, timeline, originBytes, cachedBytes, usage);
  }

  public AttemptRecord staged(
      Commit.Manifest staged,
      List<Finish.Span> done,
      long fromOrigin,
      long fromCache,
      @Nullable TaskUsage took) {
    return new AttemptRecord(
        lease, State.STAGED, staged, finish, done, fromOrigin, fromCache, took);
  }

  public AttemptRecord granted(Commit.Manifest stored) {
    return new AttemptRecord(
        lease, State.GRANTED, stored, finish, timeline, originBytes, cachedBytes, usage);
  }

  public AttemptRecord finished(Finish.Request report) {
    return new AttemptRecord(
        lease, State.FINISHED, manifest, report, timeline, originBytes, cachedBytes, usage);
  }
}
