package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.AttemptBook;
import dev.stoker.agent.lease.AttemptRecord;
import dev.stoker.agent.lease.ControllerLink;
import dev.stoker.agent.lease.HeldLease;
import dev.stoker.agent.lease.LeaseKeeper;
import dev.stoker.agent.lease.Pause;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Finish.Outcome;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Tells the controller how attempts ended. A report is on disk before it is sent, where the disk
 * takes it, and is sent until it is acknowledged. Thread-safe; calls block.
 */
final class Reports {
  private static final Logger LOG = System.getLogger(Reports.class.getName());

  private final AttemptBook book;
  private final ControllerLink link;
  private final LeaseKeeper keeper;
  private final Pause pause;

  Reports(AttemptBook book, ControllerLink link, LeaseKeeper keeper, Pause pause) {
    this.book = book;
    this.link = link;
    this.keeper = keeper;
    this.pause = pause;
  }

  /** A report on an attempt that did not get as far as staging its outputs, and did not fail. */
  void unpublished(Attempt attempt, Outcome outcome, String why) throws InterruptedException {
    send(attempt, outcome, new Failure(Finish.Cause.FAILED, null, -1, why), null);
  }

  /** A report on an attempt that failed. */
  void failed(Attempt attempt, Failure failure) throws InterruptedException {
    send(attempt, Outcome.FAILED, failure, failure.cause());
  }

  private void send(Attempt attempt, Outcome outcome, Failure why, Finish.@Nullable Cause cause)
      throws InterruptedException {
    send(
        attempt.held(),
        attempt.record(),
        new Finish.Request(
            attempt.lease().attempt(),
            outcome,
            why.exitCode(),
            why.sentence(),
            why.elsewhere(),
            attempt.timeline(),
            attempt.input().originBytes(),
            attempt.input().cachedBytes(),
            0,
            cause,
            why.retry(),
            attempt.usage()));
  }

  /** Sends until it is acknowledged, or the agent closes; then the next agent goes on. */
  void send(HeldLease held, AttemptRecord record, Finish.Request report)
      throws InterruptedException {
    String leaseId = record.lease().leaseId();
    try {
      book.write(record.finished(report));
    } catch (IOException e) {
      // Should this agent die now, the next one hands the attempt back, or carries it out again.
      LOG.log(Level.WARNING, "The report on {0} is in memory only: {1}", leaseId, e.getMessage());
    }
    for (int tries = 1; ; tries++) {
      ControllerLink.Node node = null;
      try {
        node = link.node();
        node.client().finish(leaseId, report);
        break;
      } catch (ControllerException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (e.status() == 401 && node != null) {
          link.renew(node);
        } else if (!e.retryable()) {
          LOG.log(Level.INFO, "Nobody waits for the report on {0}: {1}", leaseId, e.sentence());
          break;
        }
        if (!pause.beforeRetry(tries)) {
          return;
        }
      }
    }
    drop(held);
  }

  /** The lease is somebody else's: nothing is reported. */
  void drop(HeldLease held) {
    book.remove(held.lease().leaseId());
    keeper.release(held);
  }
}
