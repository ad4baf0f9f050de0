package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.ControllerLink;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Traces;
import dev.stoker.io.daemon.RootReport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What sessions of a step read, as the controller keeps it: asked for when a session begins, and
 * told when its first task ended. Nothing fails for it, and nobody waits long. Thread-safe.
 */
final class StepTraces {
  private static final Logger LOG = System.getLogger(StepTraces.class.getName());

  private final ControllerLink link;
  private final Executor threads;

  StepTraces(ControllerLink link, Executor threads) {
    this.link = link;
    this.threads = threads;
  }

  /** The step's trace; {@link Traces.Kept#none} where there is none, or nobody answers. */
  Traces.Kept of(String jobId, String step) throws InterruptedException {
    try {
      return link.node().client().trace(jobId, step);
    } catch (ControllerException e) {
      LOG.log(Level.DEBUG, "No trace of {0}: {1}", step, e.sentence());
      return Traces.Kept.none(step);
    }
  }

  /** Tells what the first task of a session read, if that is more than {@code known} tells. */
  void tell(Attempt attempt, RootReport report, Traces.Kept known) {
    String trace = report.trace();
    boolean more = known.trace().isEmpty() || report.passedFiles() < known.passedFiles();
    if (trace == null || !report.whole() || !more) {
      return;
    }
    var sent = new Traces.Sent(attempt.lease().attempt(), trace, report.passedFiles());
    try {
      threads.execute(() -> send(attempt.lease().leaseId(), sent));
    } catch (RejectedExecutionException closing) {
      // The agent ends; another session will tell.
    }
  }

  private void send(String leaseId, Traces.Sent sent) {
    try {
      link.node().client().trace(leaseId, sent);
    } catch (ControllerException e) {
      LOG.log(Level.DEBUG, "A trace is not kept: {0}", e.sentence());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
