package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Traces;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.TraceRows;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one trace for each step: the first, until one comes that tells more. Traces only save time,
 * so the oldest make room for new ones. Thread-safe.
 */
public final class TraceDesk {
  /** Some thousand steps of large scenes; most traces are some kilobytes. */
  static final long CEILING_BYTES = 512L << 20;

  /** Changes in one round; more wait for the next. */
  private static final int MOST_ROUNDS = 20;

  private final Parts parts;
  private final LeaseDesk leases;
  private final Room room;

  TraceDesk(Parts parts, LeaseDesk leases) {
    this.parts = parts;
    this.leases = leases;
    room = new Room(parts.store(), QueueRows::traces, MOST_ROUNDS);
  }

  /** Takes what a session read that began with an attempt. */
  public void take(@Nullable String caller, String leaseId, Traces.Sent sent) {
    String trace = Limits.present("trace", sent.trace());
    Limits.range("the length of trace", trace.length(), 1, Traces.LONGEST);
    Limits.range("passedFiles", sent.passedFiles(), 0, Integer.MAX_VALUE);
    try {
      Base64.getDecoder().decode(trace);
    } catch (IllegalArgumentException e) {
      throw Refusal.invalid("trace is no Base64.");
    }
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  var lease = leases.lease(rows, caller, leaseId, sent.attempt());
                  String step = rows.steps().ofTask(lease.jobNumber(), lease.ordinal()).name();
                  keep(rows, lease.jobNumber(), step, sent);
                  return true;
                }));
  }

  private static void keep(QueueRows rows, long jobNumber, String step, Traces.Sent sent) {
    boolean better =
        rows.traces()
            .find(jobNumber, step)
            .map(kept -> sent.passedFiles() < kept.passedFiles())
            .orElse(true);
    if (better) {
      rows.traces().put(jobNumber, step, new TraceRows.Trace(sent.passedFiles(), sent.trace()));
    }
  }

  /** A step's trace, if there is one. */
  public Traces.Kept get(String jobId, String step) {
    return parts
        .store()
        .read(
            rows -> {
              JobRow job = JobViews.job(rows, jobId);
              return rows.traces()
                  .find(job.number(), step)
                  .map(kept -> new Traces.Kept(step, kept.body(), kept.passedFiles()))
                  .orElse(Traces.Kept.none(step));
            });
  }

  /** Removes the oldest until the rest fits. */
  void makeRoom(long ceilingBytes) {
    room.make(ceilingBytes);
  }
}
