package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing.Wish;
import dev.stoker.controller.protocol.Registration.Slot;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.QueueEvent;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks for leases back that wait behind a task that renders, while another slot has nothing to do
 * and could start them. A node holds one task ahead so that its inputs come meanwhile; behind a
 * long frame that same task would wait for an hour beside an idle node.
 *
 * <p>Its node is asked with its next heartbeat. What it handed back is given to the slots that are
 * empty before any that asks ahead, so not to the same node again. Owned by the thread of {@link
 * Expiry}.
 */
final class TakeBack {
  /**
   * One heartbeat: most frames of a fast job end sooner, and moving a task costs a second fetch.
   */
  static final Duration BEHIND_FOR = Duration.ofSeconds(5);

  /** A renderer that says it is this far is left to end. */
  private static final double ALMOST_DONE = 0.9;

  /** Of one look; the next one is half a second later. */
  private static final int MOST_SLOTS = 64;

  private final Parts parts;
  private final Rounds rounds;

  TakeBack(Parts parts, Rounds rounds) {
    this.parts = parts;
    this.rounds = rounds;
  }

  /** A slot that asked and got nothing. */
  private record Idle(Member node, Slot slot) {}

  /** Asks for what idle slots could start. */
  void look() {
    List<Idle> idle = idleSlots();
    if (idle.isEmpty()) {
      return;
    }
    List<LiveLease> behind =
        parts.live().all().stream()
            .filter(this::waitsBehind)
            .sorted(Comparator.comparingLong(lease -> lease.row.number()))
            .toList();
    if (behind.isEmpty()) {
      return;
    }
    List<Long> wanted = parts.store().read(rows -> match(rows, behind, new ArrayList<>(idle)));
    for (long number : wanted) {
      Answers.await(parts.store().tell(new QueueEvent.LeaseWanted(number)));
    }
  }

  private List<Idle> idleSlots() {
    List<Idle> idle = new ArrayList<>();
    for (Poll poll : rounds.idle(MOST_SLOTS)) {
      if (poll.node.draining || poll.node.replaced) {
        continue;
      }
      for (Wish wish : poll.request.wishes()) {
        poll.node.slot(wish.slotId()).filter(slot -> isEmpty(poll.node, slot)).stream()
            .map(slot -> new Idle(poll.node, slot))
            .forEach(idle::add);
      }
    }
    return idle;
  }

  private boolean isEmpty(Member node, Slot slot) {
    return parts.live().ofNode(node.row.number()).stream()
        .noneMatch(lease -> lease.row.slotId().equals(slot.id()));
  }

  /** Whether a lease has waited for long in a slot where another one goes on rendering. */
  private boolean waitsBehind(LiveLease lease) {
    return waits(lease)
        && !lease.wanted
        && parts.clocks().nanos() - lease.sinceNanos >= BEHIND_FOR.toNanos()
        && parts.live().ofNode(lease.row.nodeNumber()).stream()
            .anyMatch(other -> other.row.slotId().equals(lease.row.slotId()) && rendersOn(other));
  }

  /** Whether a node said that it has not begun with a lease, and may still give it back. */
  static boolean waits(LiveLease lease) {
    Heartbeat.Held said = lease.progress;
    return said != null
        && !lease.canceling
        && !lease.row.recovery()
        && (said.phase() == Heartbeat.Phase.QUEUED || said.phase() == Heartbeat.Phase.FETCHING);
  }

  private static boolean rendersOn(LiveLease lease) {
    Heartbeat.Held said = lease.progress;
    return said != null
        && said.phase() == Heartbeat.Phase.RENDERING
        && said.phaseFraction() < ALMOST_DONE;
  }

  /** The leases for which a slot is found, each slot used once. */
  private List<Long> match(QueueRows rows, List<LiveLease> behind, List<Idle> idle) {
    List<Long> wanted = new ArrayList<>();
    for (LiveLease lease : behind) {
      Idle slot = slotFor(rows, lease.row, idle);
      if (slot != null) {
        idle.remove(slot);
        wanted.add(lease.row.number());
      }
      if (idle.isEmpty()) {
        break;
      }
    }
    return wanted;
  }

  private @Nullable Idle slotFor(QueueRows rows, LeaseRow lease, List<Idle> idle) {
    StepRow step = rows.steps().ofTask(lease.jobNumber(), lease.ordinal());
    if (step.held() || isCountedOnHosts(lease)) {
      return null;
    }
    SlotNeeds needs = Candidates.parse(step.needs());
    var failed = rows.leases().nodesThatFailed(lease.jobNumber(), lease.ordinal());
    return idle.stream()
        .filter(each -> needs.fit(each.slot, each.node.row.attributes()))
        .filter(each -> !failed.contains(each.node.row.number()))
        .findFirst()
        .orElse(null);
  }

  /** What it takes of a limit stays the same elsewhere, but not what it takes of one host's. */
  private boolean isCountedOnHosts(LeaseRow lease) {
    return lease.tokens().keySet().stream()
        .map(name -> parts.sharing().limits().get(name))
        .anyMatch(limit -> limit != null && limit.perHost() > 0);
  }
}
