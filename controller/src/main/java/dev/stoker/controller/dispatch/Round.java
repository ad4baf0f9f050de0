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

  /** Serves each request in turn; the answers are in the order of the requests. */
  List<List<Grant>> serve(List<Poll> polls) {
    List<List<Grant>> answers = polls.stream().map(this::serve).toList();
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

  private List<Grant> serve(Poll poll) {
    Member node = poll.node;
    long sequence = poll.request.sequence();
    if (node.replaced || sequence < node.sequence) {
      return List.of();
    }
    List<Grant> earlier = replay(node, sequence);
    if (!earlier.isEmpty() || node.draining) {
      return earlier;
    }
    List<Grant> grants = new ArrayList<>();
    for (Wish wish : poll.request.wishes()) {
      Slot slot = node.slot(wish.slotId()).orElseThrow();
      for (int i = 0; i < wish.tasks(); i++) {
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
    return grants;
  }

  /** What this request won before, when its answer was lost. */
  private List<Grant> replay(Member node, long sequence) {
    return parts.live().ofNode(node.row.number()).stream()
        .filter(live -> live.sequence == sequence)
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
