package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.store.QueueEvent;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.QueueStore;
import java.util.List;

/**
 * What a controller remembers of the queue: who is there, who holds what, who waits. It changes
 * here only, and only by what the store tells, so controllers that share a database remember the
 * same.
 */
final class Memory implements QueueStore.Mirror {
  /** Beyond these the earliest wake the rest. */
  private static final int MOST_STARTS = 1_000;

  private final LiveLeases live;
  private final Roster roster;
  private final Keyring keyring;
  private final Changes changes;
  private final Work work;
  private final Sharing sharing;
  private final Traffic traffic;

  Memory(
      LiveLeases live,
      Roster roster,
      Keyring keyring,
      Changes changes,
      Work work,
      Sharing sharing,
      Traffic traffic) {
    this.live = live;
    this.roster = roster;
    this.keyring = keyring;
    this.changes = changes;
    this.work = work;
    this.sharing = sharing;
    this.traffic = traffic;
  }

  /** Every lease gets a fresh term: whoever was away was this controller, not the nodes. */
  @Override
  public void load(QueueRows rows, long version) {
    live.clear();
    roster.clear();
    keyring.clear();
    rows.tokens().all().forEach(keyring::put);
    rows.nodes().all().forEach(roster::put);
    rows.leases().live().forEach(row -> live.add(row, 0));
    changes.load(version);
    rows.tasks().startsToCome(0, MOST_STARTS).forEach(work::appearsAt);
    work.appeared();
  }

  @Override
  public void apply(long version, long ageMillis, List<QueueEvent> events) {
    for (QueueEvent event : events) {
      switch (event) {
        case QueueEvent.NodeRegistered(var node) -> {
          roster.put(node);
          live.registered(node.number());
        }
        case QueueEvent.NodeTokenRenewed(long node, var tokens) -> roster.renew(node, tokens);
        case QueueEvent.NodeForgotten(long node) -> roster.remove(node);
        case QueueEvent.NodeDrains(long node, boolean draining) -> {
          Member member = roster.byNumber(node);
          if (member != null) {
            member.draining = draining;
          }
        }
        case QueueEvent.NodeHeard(long node, var leases, var status) -> {
          Member member = roster.byNumber(node);
          if (member != null) {
            roster.saw(member, ageMillis);
            member.status = null; // one that says nothing takes back what it said
            if (status != null) {
              roster.said(member, status, leases, ageMillis);
            }
            leases.forEach(held -> heard(member, held, version, ageMillis));
          }
        }
        case QueueEvent.AnswersArrived _ -> {
          // Of controllers before this release: a heartbeat that was on its way took the lease.
        }
        case QueueEvent.LeaseAdded(var lease) -> {
          live.add(lease, ageMillis);
          Member winner = roster.byNumber(lease.nodeNumber());
          if (winner != null) {
            winner.reach(lease.sequence());
          }
          work.nodeWon(lease.nodeNumber());
        }
        case QueueEvent.LeaseCanceling(long number) -> live.cancel(number);
        case QueueEvent.LeaseWanted(long number) -> live.want(number);
        case QueueEvent.LeaseEnded(long number, var how, var told) -> {
          if (told != null) {
            traffic.ended(told, ageMillis);
          }
          LiveLease ended = live.remove(number);
          if (ended != null && freesMoreThanASlot(ended)) {
            work.appeared();
          }
        }
        case QueueEvent.StartsLater(long millis) -> work.appearsAt(millis);
        case QueueEvent.TokenChanged(var token) -> keyring.put(token);
        case QueueEvent.JobChanged(long job) -> changes.touch(job, version);
        case QueueEvent.WorkAppeared() -> work.appeared();
      }
    }
  }

  /** What others may wait for: a token, or room below a cap. */
  private boolean freesMoreThanASlot(LiveLease lease) {
    return !lease.row.tokens().isEmpty() || sharing.project(lease.row.project()).cap() > 0;
  }

  private void heard(Member node, Heartbeat.Held held, long version, long ageMillis) {
    LiveLease lease = live.get(LeaseName.number(held.leaseId()));
    if (lease == null || !live.holds(node, held)) {
      return;
    }
    lease.listed = true;
    live.extend(lease, ageMillis);
    Heartbeat.Held before = lease.progress;
    lease.progress = held;
    if (!held.equals(before)) {
      changes.touch(lease.row.jobNumber(), version);
    }
  }
}
