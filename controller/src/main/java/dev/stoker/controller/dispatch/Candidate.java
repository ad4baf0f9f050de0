package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.protocol.Registration.Slot;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.StepRows;
import dev.stoker.controller.store.TaskCounts;
import dev.stoker.controller.store.TaskRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A step with tasks to start, and what one round took of it already. */
final class Candidate {
  /** A node that failed more of one step than this gets the others of it from a later round. */
  private static final int READY_ROWS_SEEN = 64;

  final StepRow step;
  final SlotNeeds needs;
  private final QueueRows rows;
  private final Roster roster;
  private final long nowMillis;
  private @Nullable List<TaskRow> readyRows;
  private long nextIndex;
  private long taken;

  Candidate(StepRow step, SlotNeeds needs, QueueRows rows, Roster roster, long nowMillis) {
    this.step = step;
    this.needs = needs;
    this.rows = rows;
    this.roster = roster;
    this.nowMillis = nowMillis;
    nextIndex = step.nextIndex();
  }

  StepRows.Lane lane() {
    return new StepRows.Lane(step.project(), step.submitter());
  }

  /** Whether a task of it may run in a slot now. */
  boolean suits(Slot slot, Member node, Usage usage) {
    return !isEmpty()
        && needs.fit(slot, node.row.attributes())
        && usage.missingToken(needs.tokens(), node.row.number()).isEmpty();
  }

  boolean isEmpty() {
    return taken == step.counts().open();
  }

  long leased() {
    return step.counts().leased() + taken;
  }

  /** Takes the first task that may start on a node, null where there is none. */
  @Nullable TaskRow take(Member node, long leaseNumber) {
    List<TaskRow> ready = readyRows();
    for (int i = 0; i < ready.size(); i++) {
      TaskRow task = ready.get(i);
      if (!isExcluded(node, task)) {
        ready.remove(i);
        taken++;
        return TaskLife.lease(task, leaseNumber);
      }
    }
    if (nextIndex < step.taskCount()) {
      taken++;
      return TaskLife.first(step.jobNumber(), step.firstOrdinal() + nextIndex++, leaseNumber);
    }
    return null;
  }

  /** Writes down what was taken. */
  void settle() {
    if (taken > 0) {
      TaskCounts change = TaskCounts.moved(TaskState.READY, TaskState.LEASED, taken);
      rows.steps().count(step.number(), change, nextIndex);
    }
  }

  private List<TaskRow> readyRows() {
    if (readyRows == null) {
      readyRows =
          step.openRows() == 0
              ? List.of()
              : new ArrayList<>(
                  rows.tasks()
                      .ready(
                          step.jobNumber(),
                          step.firstOrdinal(),
                          step.firstOrdinal() + step.nextIndex(),
                          nowMillis,
                          READY_ROWS_SEEN));
    }
    return readyRows;
  }

  /** A node where the task failed gets it again only if there is no other. */
  private boolean isExcluded(Member node, TaskRow task) {
    if (task.failures() + task.losses() == 0) {
      return false;
    }
    Set<Long> failed = rows.leases().nodesThatFailed(task.jobNumber(), task.ordinal());
    return failed.contains(node.row.number()) && roster.hasOther(failed, needs);
  }
}
