package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Leasing.Wish;
import dev.stoker.controller.protocol.Registration.Slot;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.LeaseState;
import dev.stoker.controller.store.ManifestRow;
import dev.stoker.controller.store.QueueEvent;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.TaskRow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One change that serves many lease requests: what was granted but is adrift first, then by rank.
 */
final class Round {
  /** More would hold up the other changes of the group. */
  private static final int MOST_ADRIFT = 256;

  private final QueueRows rows;
  private final Consumer<QueueEvent> events;
  private final Parts parts;
  private final Candidates candidates;
  private final Deque<TaskRow> adrift;
  private final Set<Long> startedJobs = new HashSet<>();
  private final List<TaskRow> tasks = new ArrayList<>();
  private final List<LeaseRow> leases = new ArrayList<>();
  private final Map<Long, Long> sequences = new LinkedHashMap<>();
  private long nextLease;

  Round(QueueRows rows, Consumer<QueueEvent> events, Parts parts) {
    this.rows = rows;
    this.events = events;
    this.parts = parts;
    candidates = new Candidates(rows, parts);
    adrift = new ArrayDeque<>(rows.tasks().adrift(MOST_ADRIFT));
    nextLease = rows.leases().nextNumber();
  }

  /**
   * Serves each request in turn, empty slots before those that want a task ahead: what would wait
   * in one slot another could start. The answers are in the order of the requests.
   */
  List<List<Grant>> serve(List<Poll> polls) {
    List<List<Grant>> answers = new ArrayList<>();
    List<@Nullable Poll> open = new ArrayList<>();
    for (Poll poll : polls) {
      List<Grant> earlier = replay(poll);
      answers.add(new ArrayList<>(earlier));
      open.add(earlier.isEmpty() && takesWork(poll) ? poll : null);
    }
    for (boolean ahead : new boolean[] {false, true}) {
      for (int i = 0; i < polls.size(); i++) {
        Poll poll = open.get(i);
        if (poll != null) {
          serve(poll, ahead, answers.get(i));
        }
      }
    }
    rows.tasks().putAll(tasks);
    rows.leases().addAll(leases);
    rows.nodes().setSequences(sequences);
    candidates.settle();
    for (long job : startedJobs) {
      rows.jobs().setRunning(job);
      events.accept(new QueueEvent.JobChanged(job));
    }
    return answers;
  }

  private static boolean isPast(Poll poll) {
    return poll.node.replaced || poll.request.sequence() < poll.node.sequence;
  }

  private static boolean takesWork(Poll poll) {
    return !isPast(poll) && !poll.node.draining;
  }

  /** Gives each empty slot a task; {@code ahead}: gives all slots what else they wish. */
  private void serve(Poll poll, boolean ahead, List<Grant> grants) {
    Member node = poll.node;
    long sequence = poll.request.sequence();
    for (Wish wish : poll.request.wishes()) {
      Slot slot = node.slot(wish.slotId()).orElseThrow();
      boolean empty = !isTaken(node, slot);
      int most = empty ? 1 : 0;
      if (ahead) {
        long given =
            grants.stream().filter(each -> each.lease().slotId().equals(slot.id())).count();
        most = wish.tasks() - (int) given;
      }
      for (int i = 0; i < most; i++) {
        Grant grant = grant(node, wish, slot, sequence);
        if (grant == null) {
          break;
        }
        grants.add(grant);
      }
    }
    if (!grants.isEmpty()) {
      sequences.put(node.row.number(), sequence);
    }
  }

  private boolean isTaken(Member node, Slot slot) {
    return parts.live().ofNode(node.row.number()).stream()
        .anyMatch(lease -> lease.row.slotId().equals(slot.id()));
  }

  /** What this request won before, when its answer was lost. */
  private List<Grant> replay(Poll poll) {
    if (isPast(poll)) {
      return List.of();
    }
    return parts.live().ofNode(poll.node.row.number()).stream()
        .filter(live -> live.sequence == poll.request.sequence())
        .map(live -> live.row)
        .sorted((a, b) -> Long.compare(a.number(), b.number()))
        .map(this::again)
        .toList();
  }

  private Grant again(LeaseRow lease) {
    StepRow step = rows.steps().ofTask(lease.jobNumber(), lease.ordinal());
    boolean recovers = lease.recovery();
    return new Grant(
        lease,
        step,
        recovers ? manifest(lease.jobNumber(), lease.ordinal(), lease.attempt()).body() : null);
  }

  private @Nullable Grant grant(Member node, Wish wish, Slot slot, long sequence) {
    TaskRow lost = adrift.poll();
    if (lost != null) {
      TaskRow task = TaskLife.recover(lost, nextLease);
      ManifestRow manifest = manifest(task.jobNumber(), task.ordinal(), task.attempt());
      LeaseRow lease = lease(task, null, node, slot, sequence);
      return new Grant(
          lease, rows.steps().ofTask(task.jobNumber(), task.ordinal()), manifest.body());
    }
    Candidates.Taken taken = candidates.take(wish, slot, node, nextLease);
    if (taken == null) {
      return null;
    }
    LeaseRow lease = lease(taken.task(), taken.candidate(), node, slot, sequence);
    candidates.taken(lease);
    return new Grant(lease, taken.candidate().step, null);
  }

  /** One that renders is of a step; one that only carries a manifest out takes nobody's share. */
  private LeaseRow lease(
      TaskRow task, @Nullable Candidate of, Member node, Slot slot, long sequence) {
    long number = nextLease++;
    var lease =
        new LeaseRow(
            number,
            LeaseName.of(number, parts.epoch()),
            task.jobNumber(),
            task.ordinal(),
            task.attempt(),
            of == null,
            node.row.number(),
            slot.id(),
            sequence,
            of == null ? "" : of.step.project(),
            of == null ? "" : of.step.submitter(),
            of == null ? Map.of() : of.needs.tokens(),
            LeaseState.LIVE,
            null,
            null,
            parts.clocks().wallMillis(),
            null);
    tasks.add(task);
    leases.add(lease);
    startedJobs.add(task.jobNumber());
    events.accept(new QueueEvent.LeaseAdded(lease));
    return lease;
  }

  private ManifestRow manifest(long jobNumber, long ordinal, int attempt) {
    return rows.manifests().find(jobNumber, ordinal, attempt).orElseThrow();
  }
}
