package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.AttemptBook;
import dev.stoker.agent.lease.AttemptRecord;
import dev.stoker.agent.lease.HeldLease;
import dev.stoker.agent.lease.LeaseKeeper;
import dev.stoker.agent.lease.Pause;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Leasing;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What the node asks for, and what becomes of the leases that it wins: to their slot, straight to
 * publishing, or back. Called by the poll's thread.
 */
final class Intake {
  private static final Logger LOG = System.getLogger(Intake.class.getName());

  /** A disk's trouble lasts seconds at least; a refused task has to find another node meanwhile. */
  private static final Duration REFUSAL_PAUSE = Duration.ofSeconds(1);

  private final List<SlotWorker> workers;
  private final LeaseKeeper keeper;
  private final Eviction eviction;
  private final NodeHealth health;
  private final Ends ends;
  private final Pause pause;

  /**
   * What brings leases that are not rendered here to their end.
   *
   * @param threads runs what blocks
   */
  record Ends(AttemptBook book, Reports reports, Publication publication, Executor threads) {}

  Intake(
      List<SlotWorker> workers,
      LeaseKeeper keeper,
      Eviction eviction,
      NodeHealth health,
      Ends ends,
      Pause pause) {
    this.workers = workers;
    this.keeper = keeper;
    this.eviction = eviction;
    this.health = health;
    this.ends = ends;
    this.pause = pause;
  }

  /** What the slots want; nothing while the node should take no work. */
  List<Leasing.Wish> wishes() {
    if (keeper.draining() || eviction.isUnderWay() || health.problem().isPresent()) {
      return List.of();
    }
    // Empty slots first: they are served in this order.
    return workers.stream()
        .sorted(Comparator.comparingInt(SlotWorker::waiting))
        .map(SlotWorker::wish)
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * @param askedAtMillis on the boot clock, before the request that won it was sent
   */
  void accept(Leasing.Lease lease, long askedAtMillis) {
    if (keeper.holds(lease.leaseId())) {
      return; // a repeated answer
    }
    Commit.Manifest granted = lease.recover();
    if (granted != null) {
      acceptGranted(lease, granted, askedAtMillis);
      return;
    }
    HeldLease held = new HeldLease(lease, askedAtMillis, false);
    try {
      SlotWorker worker =
          workers.stream()
              .filter(one -> one.slotId().equals(lease.slotId()))
              .findFirst()
              .orElseThrow(() -> new IOException("there is no slot " + lease.slotId()));
      worker.accept(held);
      keeper.keep(held);
      eviction.handBack(); // won while the machine was already leaving
    } catch (IOException e) {
      LOG.log(Level.ERROR, "Cannot take the lease {0}: {1}", lease.leaseId(), e.getMessage());
      handBack(held, "Its node cannot take it: " + e.getMessage());
    }
  }

  /** Not this node's to keep; polls again a little later, as it would be given the same again. */
  private void handBack(HeldLease held, String why) {
    AttemptRecord record = AttemptRecord.leased(held.lease());
    try {
      ends.reports()
          .send(
              held,
              record,
              new Finish.Request(
                  held.lease().attempt(),
                  Finish.Outcome.RETURNED,
                  -1,
                  why,
                  true,
                  List.of(),
                  0,
                  0,
                  0));
      pause.await(REFUSAL_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Another node was granted this and is gone: nothing is rendered, the files are let out. */
  private void acceptGranted(Leasing.Lease lease, Commit.Manifest granted, long askedAtMillis) {
    HeldLease held = new HeldLease(lease, askedAtMillis, true);
    AttemptRecord record = AttemptRecord.leased(lease).granted(granted);
    try {
      ends.book().write(record);
    } catch (IOException e) {
      // Should this agent die, the controller finds yet another.
      LOG.log(Level.WARNING, "A grant is in memory only: {0}", e.getMessage());
    }
    keeper.keep(held);
    ends.threads()
        .execute(
            () -> {
              try {
                ends.publication().resume(held, record);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }
}
