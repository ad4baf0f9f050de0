package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.LeaseRows;
import dev.stoker.controller.store.LeaseState;
import dev.stoker.controller.store.LogRows;
import dev.stoker.controller.store.ManifestRow;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.TaskRow;
import dev.stoker.controller.store.ThumbnailRows;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the holder of a lease asks: to publish, to report its end, to keep its log. Thread-safe. A
 * caller is a node's id, or null for one who may act for every node.
 */
public final class LeaseDesk {
  /** A frame has some files; an export of a simulation has thousands. */
  private static final int MOST_OUTPUTS = 100_000;

  private static final int LONGEST_PIECE = 256 * 1024;

  /** A renderer that talks more than this fills the controller's disk for nobody's good. */
  private static final long LONGEST_LOG_BYTES = 16L << 20;

  private final Parts parts;

  LeaseDesk(Parts parts) {
    this.parts = parts;
  }

  /** Grants the one commit of a task, or refuses it for ever. */
  public Commit.Response commit(@Nullable String caller, String leaseId, Commit.Request request) {
    Commit.Manifest manifest = Limits.present("manifest", request.manifest());
    Limits.range("the number of outputs", manifest.outputs().size(), 0, MOST_OUTPUTS);
    manifest.outputs().forEach(LeaseDesk::check);
    List<ThumbnailRows.Picture> pictures = Thumbnails.usable(request);
    return Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  LeaseRows.Whole whole = whole(rows, caller, leaseId, request.attempt());
                  return commit(rows, new Ledger(rows, events, parts), whole, manifest, pictures);
                }));
  }

  private static Commit.Response commit(
      QueueRows rows,
      Ledger ledger,
      LeaseRows.Whole whole,
      Commit.Manifest manifest,
      List<ThumbnailRows.Picture> pictures) {
    TaskRow task = whole.task();
    return switch (TaskLife.commit(task, whole.lease())) {
      case TaskLife.CommitVerdict.Granted(TaskRow next) -> {
        checkFence(whole, manifest);
        if (task.attempt() > 1) {
          rows.manifests().supersede(task.jobNumber(), task.ordinal(), task.attempt());
        }
        rows.manifests()
            .add(
                new ManifestRow(
                    task.jobNumber(),
                    task.ordinal(),
                    task.attempt(),
                    ManifestRow.State.GRANTED,
                    "",
                    manifest));
        if (!pictures.isEmpty()) {
          rows.thumbnails().put(task.jobNumber(), task.ordinal(), task.attempt(), pictures);
        }
        ledger.move(task, next, "");
        yield new Commit.Response(manifest);
      }
      case TaskLife.CommitVerdict.Again() ->
          new Commit.Response(
              rows.manifests()
                  .find(task.jobNumber(), task.ordinal(), task.attempt())
                  .orElseThrow()
                  .body());
      case TaskLife.CommitVerdict.Fenced(String reason) -> throw Refusal.fenced(reason);
    };
  }

  private static void checkFence(LeaseRows.Whole whole, Commit.Manifest manifest) {
    LeaseRow lease = whole.lease();
    String fence = new TaskName(whole.job().id(), lease.ordinal()).fence(lease.attempt());
    if (!fence.equals(manifest.fence())) {
      throw Refusal.invalid(
          "manifest.fence is '"
              + Printable.shortened(String.valueOf(manifest.fence()))
              + "'; it must be the lease's, '"
              + fence
              + "'.");
    }
  }

  private static void check(Commit.Output output) {
    Limits.text("outputs.destination", output.destination(), 8_192);
    Limits.text("outputs.checksum", output.checksum(), Limits.NAME);
    Limits.range("outputs.lengthBytes", output.lengthBytes(), 0, Long.MAX_VALUE);
    Credentials.refuse("outputs.destination", output.destination());
  }

  /** Takes a report of how an attempt ended; taking it again changes nothing. */
  public void finish(@Nullable String caller, String leaseId, Finish.Request request) {
    Limits.present("outcome", request.outcome());
    var report = bounded(request);
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  LeaseRows.Whole whole = whole(rows, caller, leaseId, request.attempt());
                  finish(rows, new Ledger(rows, events, parts), whole, report);
                  return true;
                }));
  }

  private static void finish(
      QueueRows rows, Ledger ledger, LeaseRows.Whole whole, Finish.Request report) {
    LeaseRow lease = whole.lease();
    TaskRow task = whole.task();
    JobRow job = whole.job();
    int refusals =
        report.cause() == Finish.Cause.LICENCE_REFUSED ? LicenceRefusals.inARow(rows, task) : 0;
    var verdict =
        TaskLife.finish(
            task,
            lease,
            report.outcome(),
            TaskLife.Price.of(report, refusals),
            job.maxAttempts(),
            job.state().isFinal());
    switch (verdict) {
      case TaskLife.FinishVerdict.Counts(TaskRow after, boolean voided) -> {
        TaskRow next = ledger.failed(job, after, report, refusals);
        ledger.endLease(lease, LeaseState.FINISHED, report);
        if (task.leaseNumber() != 0 && task.leaseNumber() != lease.number()) {
          LeaseRow other = rows.leases().find(task.leaseNumber()).orElseThrow();
          ledger.endLease(other, LeaseState.REVOKED, null);
        }
        settleManifest(rows, task, next, voided ? report.message() : "");
        ledger.move(task, next, report.message());
      }
      case TaskLife.FinishVerdict.LeaseOnly() ->
          ledger.endLease(lease, LeaseState.FINISHED, report);
      case TaskLife.FinishVerdict.Again() -> {}
      case TaskLife.FinishVerdict.Stale(String reason) -> throw Refusal.fenced(reason);
    }
  }

  private static void settleManifest(
      QueueRows rows, TaskRow before, TaskRow next, String voidedBecause) {
    ManifestRow.State state =
        switch (next.state()) {
          case SUCCEEDED -> ManifestRow.State.DONE;
          case COMMITTED -> ManifestRow.State.GRANTED;
          case WAITING, READY, LEASED, FAILED, CANCELED -> ManifestRow.State.VOIDED;
        };
    rows.manifests()
        .setState(before.jobNumber(), before.ordinal(), before.attempt(), state, voidedBecause);
  }

  /** Stores a piece of an attempt's log; one that is stored already is left as it is. */
  public void log(@Nullable String caller, String leaseId, LogChunk chunk) {
    String text = Limits.present("text", chunk.text());
    // PostgreSQL keeps no NUL; a blank is as long, so offsets stay right.
    byte[] bytes = text.replace('\0', ' ').getBytes(StandardCharsets.UTF_8);
    Limits.range("the length of text in bytes", bytes.length, 0, LONGEST_PIECE);
    Limits.range("offset", chunk.offset(), 0, Long.MAX_VALUE - LONGEST_PIECE);
    if (chunk.offset() + bytes.length > LONGEST_LOG_BYTES) {
      throw new Refusal(
          Refusal.Kind.TOO_LARGE,
          "The log of an attempt is kept up to " + LONGEST_LOG_BYTES + " bytes; send no more.");
    }
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  LeaseRow lease = lease(rows, caller, leaseId, chunk.attempt());
                  store(rows, lease, chunk.offset(), bytes);
                  return true;
                }));
  }

  private static void store(QueueRows rows, LeaseRow lease, long offset, byte[] bytes) {
    long stored = rows.logs().lengthBytes(lease.jobNumber(), lease.ordinal(), lease.attempt());
    int known = Math.clamp(stored - offset, 0, bytes.length);
    if (known < bytes.length) {
      int rest = bytes.length - known;
      var piece =
          new LogRows.Piece(
              offset + known, rest, new String(bytes, known, rest, StandardCharsets.UTF_8));
      rows.logs().add(lease.jobNumber(), lease.ordinal(), lease.attempt(), piece);
    }
  }

  /** The lease of that id, if it is the caller's. */
  LeaseRow lease(QueueRows rows, @Nullable String caller, String leaseId, int attempt) {
    LeaseRow lease =
        rows.leases()
            .find(LeaseName.number(leaseId))
            .filter(row -> row.id().equals(leaseId))
            .orElseThrow(() -> Refusal.missing("lease", leaseId));
    check(lease, caller, leaseId, attempt);
    return lease;
  }

  /** The same with its task and its job. */
  private LeaseRows.Whole whole(
      QueueRows rows, @Nullable String caller, String leaseId, int attempt) {
    LeaseRows.Whole whole =
        rows.leases()
            .whole(LeaseName.number(leaseId))
            .filter(each -> each.lease().id().equals(leaseId))
            .orElseThrow(() -> Refusal.missing("lease", leaseId));
    check(whole.lease(), caller, leaseId, attempt);
    return whole;
  }

  private void check(LeaseRow lease, @Nullable String caller, String leaseId, int attempt) {
    if (caller != null && parts.node(caller).row.number() != lease.nodeNumber()) {
      throw new Refusal(
          Refusal.Kind.FORBIDDEN, "Lease " + leaseId + " belongs to another node than yours.");
    }
    if (lease.attempt() != attempt) {
      throw Refusal.fenced(
          "attempt is "
              + attempt
              + "; lease "
              + leaseId
              + " is of attempt "
              + lease.attempt()
              + ".");
    }
  }

  private static Finish.Request bounded(Finish.Request request) {
    String message = request.message() == null ? "" : request.message().replace('\0', ' ');
    Limits.range("the length of message", message.length(), 0, 8_192);
    Limits.range("the number of spans in timeline", request.timeline().size(), 0, 1_000);
    return new Finish.Request(
        request.attempt(),
        request.outcome(),
        request.exitCode(),
        Credentials.hidden(message),
        request.retryElsewhere(),
        request.timeline(),
        request.originBytes(),
        request.cachedBytes(),
        request.publishedBytes(),
        request.cause(),
        request.retry(),
        request.usage());
  }
}
