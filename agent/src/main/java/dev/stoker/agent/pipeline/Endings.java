package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Heartbeat.Phase;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How a slot's attempts end: what they wrote goes on its way, or why they failed is told. What
 * blocks on others is done away from the slot's thread. Called by that thread; {@link #holdBack}
 * and {@link #publishing} by any.
 */
final class Endings {
  private static final Logger LOG = System.getLogger(Endings.class.getName());

  /** Outputs on their way; a slow store holds its slot back before it fills the disk. */
  private static final int MOST_LEAVING = 3;

  private final SlotShared shared;
  private final AtomicInteger leaving = new AtomicInteger();
  private final Set<Attempt> publishing = ConcurrentHashMap.newKeySet();

  Endings(SlotShared shared) {
    this.shared = shared;
  }

  /** Whether so much is on its way that the slot should take nothing more. */
  boolean holdBack() {
    return leaving.get() >= MOST_LEAVING;
  }

  /** The attempts whose outputs are on their way. */
  Set<Attempt> publishing() {
    return Set.copyOf(publishing);
  }

  /**
   * Takes the outputs out of the attempt's session and brings it to its end.
   *
   * @param failure why it failed; null when it succeeded
   * @return whether it was handed on: to be published, or to be reported as failed; else it was
   *     stopped meanwhile
   */
  boolean handOn(Attempt attempt, LocationMap locations, @Nullable Failure failure)
      throws IOException {
    SlotSession session = attempt.session();
    Path box = box(attempt);
    boolean leaves = false;
    try {
      List<Outbox.Output> outputs = session.isOver() ? List.of() : session.collect(box, locations);
      if (attempt.stop() != null) {
        return false;
      }
      leaves = failure == null;
      if (failure == null) {
        noteRendered(attempt, outputs);
        publish(attempt, outputs, box);
      } else {
        fail(attempt, failure);
      }
      return true;
    } finally {
      if (!leaves) {
        FolderTree.delete(box);
      }
    }
  }

  private Path box(Attempt attempt) {
    return Adoption.box(shared.outbox(), shared.book(), attempt.lease().leaseId());
  }

  /** Publishes what an earlier agent took out of its session. */
  void goOnPublishing(Attempt attempt) {
    Path box = box(attempt);
    publish(attempt, Outbox.of(box, attempt.record().outputs()), box);
  }

  /** From here on the next agent publishes, whatever becomes of the session. */
  private void noteRendered(Attempt attempt, List<Outbox.Output> outputs) {
    try {
      shared.book().write(attempt.rendered(Outbox.waiting(outputs)));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "Should the agent die now, it is rendered again: {0}", e.getMessage());
    }
  }

  private void publish(Attempt attempt, List<Outbox.Output> outputs, Path box) {
    shared.health().succeeded();
    attempt.held().phase(Phase.PUBLISHING, 0, "");
    leaving.incrementAndGet();
    publishing.add(attempt);
    later(
        attempt,
        () -> {
          try {
            shared.publication().publish(attempt, outputs, box);
          } finally {
            leaving.decrementAndGet();
            publishing.remove(attempt);
            shared.wantsMore().run();
          }
        });
  }

  private void fail(Attempt attempt, Failure failure) {
    note(attempt, failure);
    later(attempt, () -> shared.reports().failed(attempt, failure));
  }

  private void note(Attempt attempt, Failure failure) {
    LOG.log(
        Level.INFO,
        "Attempt {0} of task {1} failed ({2}): {3}",
        attempt.lease().attempt(),
        attempt.lease().taskId(),
        failure.cause(),
        failure.sentence());
    attempt.log().remark(failure.sentence());
    // Nobody's renderer gets a licence while there is none; the node is as good as any.
    if (failure.cause() != Cause.LICENCE_REFUSED) {
      shared.health().failed(attempt.lease().jobId(), failure.nodeSuspect());
    }
  }

  /** Whatever the task left in its session, no other task may find it. */
  void breakOff(Attempt attempt, Failure failure) {
    attempt.session().retire();
    fail(attempt, failure);
  }

  /** It was stopped before its outputs were handed on. */
  void stopped(Attempt attempt) {
    Attempt.Stop stop = attempt.stop();
    if (stop != null && stop.kind() == Attempt.Stop.Kind.ENDED && stop.failure() != null) {
      note(attempt, stop.failure());
    }
    later(attempt, () -> shared.publication().endStopped(attempt));
  }

  private interface Ending {
    void run() throws InterruptedException;
  }

  /** Does what blocks on others away from the slot's thread; the log is complete by now. */
  private void later(Attempt attempt, Ending ending) {
    attempt.log().end();
    try {
      shared.threads().execute(() -> end(attempt, ending));
    } catch (RejectedExecutionException closing) {
      // The agent ends; the next one finds the attempt in the book.
      LOG.log(Level.INFO, "The agent ends before the attempt " + attempt.lease() + " has.");
    }
  }

  private static void end(Attempt attempt, Ending ending) {
    try {
      ending.run();
      EarlyStaging early = attempt.early();
      if (early != null) {
        early.discard(); // what was not published after all
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "Cannot end the attempt " + attempt.lease(), e);
    }
  }
}
