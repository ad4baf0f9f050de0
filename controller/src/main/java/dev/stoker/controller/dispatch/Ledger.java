package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.LeaseState;
import dev.stoker.controller.store.QueueEvent;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.TaskCounts;
import dev.stoker.controller.store.TaskRow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps counters, steps, jobs and the memory of leases in step with what happens to tasks. For the
 * length of one change.
 */
final class Ledger {
  private final QueueRows rows;
  private final Consumer<QueueEvent> events;
  private final Parts parts;

  Ledger(QueueRows rows, Consumer<QueueEvent> events, Parts parts) {
    this.rows = rows;
    this.events = events;
    this.parts = parts;
  }

  /**
   * Stores a task's next state, and what follows from it for its step and its job.
   *
   * @param message why it failed, for the job's message; unused otherwise
   */
  void move(TaskRow before, TaskRow next, String message) {
    long jobNumber = next.jobNumber();
    rows.tasks().put(next);
    if (before.state() != next.state()) {
      TaskCounts change = TaskCounts.moved(before.state(), next.state(), 1);
      StepRow step = rows.steps().count(jobNumber, next.ordinal(), change);
      if (next.state() == TaskState.SUCCEEDED) {
        succeeded(step);
      } else if (next.state() == TaskState.FAILED) {
        failed(step, next, message);
      }
    }
    touch(jobNumber);
    if (next.state() == TaskState.READY || TaskLife.isAdrift(next)) {
      workAppeared();
    }
  }

  /**
   * Counts a failure that is its job's own, and has the task wait where it may try again: the next
   * state.
   *
   * @param refusals how often in a row it was refused a licence before this time
   */
  TaskRow failed(JobRow job, TaskRow next, Finish.Request report, int refusals) {
    if (report.outcome() != Finish.Outcome.FAILED || report.retryElsewhere()) {
      return next;
    }
    boolean free = TaskLife.Price.of(report, refusals) == TaskLife.Price.NOTHING;
    int limit = parts.sharing().failureLimit();
    if (!free && limit > 0 && rows.jobs().countFailedAttempt(job.number()) >= limit) {
      suspend(job, limit, report.message());
    }
    long pause =
        free ? LicenceRefusals.pauseMillis(refusals + 1) : TaskLife.pauseMillis(next.failures());
    pause = next.state() == TaskState.READY ? pause : 0;
    if (pause == 0) {
      return next;
    }
    long at = parts.clocks().wallMillis() + pause;
    events.accept(new QueueEvent.StartsLater(at));
    return next.notBefore(at);
  }

  private void suspend(JobRow job, int limit, String lastFailure) {
    if (job.state().isFinal() || job.state() == Jobs.State.SUSPENDED) {
      return;
    }
    String message =
        limit
            + " attempts failed, so it was suspended; look at them and resume it. The last said: "
            + lastFailure;
    rows.jobs().setState(job.number(), Jobs.State.SUSPENDED, message, null);
    rows.steps().setHeld(job.number(), true);
    touch(job.number());
  }

  void endLease(LeaseRow lease, LeaseState state, Finish.@Nullable Request report) {
    rows.leases().end(lease.number(), state, report, parts.clocks().wallMillis());
    QueueEvent.Told told =
        report == null
            ? null
            : new QueueEvent.Told(
                report.outcome(),
                report.originBytes(),
                report.cachedBytes(),
                report.publishedBytes());
    events.accept(new QueueEvent.LeaseEnded(lease.number(), state, told));
  }

  /** Ends a job: what was not granted is canceled; what was, is still carried out. */
  void endJob(JobRow job, Jobs.State state, String message) {
    rows.jobs().setState(job.number(), state, message, parts.clocks().wallMillis());
    rows.steps().setHeld(job.number(), true);
    for (LeaseRow lease : rows.leases().liveOfJob(job.number())) {
      TaskRow task = rows.tasks().find(job.number(), lease.ordinal()).orElseThrow();
      if (task.state() == TaskState.LEASED && task.leaseNumber() == lease.number()) {
        rows.tasks().put(TaskLife.cancel(task));
        rows.leases().setCanceling(lease.number());
        events.accept(new QueueEvent.LeaseCanceling(lease.number()));
      }
    }
    for (StepRow step : rows.steps().ofJob(job.number())) {
      long end = step.firstOrdinal() + step.nextIndex();
      rows.tasks()
          .move(job.number(), step.firstOrdinal(), end, TaskState.READY, TaskState.CANCELED);
      TaskCounts counts = step.counts();
      TaskCounts change =
          TaskCounts.moved(TaskState.READY, TaskState.CANCELED, counts.open())
              .plus(TaskCounts.moved(TaskState.LEASED, TaskState.CANCELED, counts.leased()));
      rows.steps().count(step.number(), change, step.nextIndex());
    }
    new JobNotices(parts, rows).ended(job, state, message);
    touch(job.number());
  }

  void touch(long jobNumber) {
    events.accept(new QueueEvent.JobChanged(jobNumber));
  }

  void workAppeared() {
    events.accept(new QueueEvent.WorkAppeared());
  }

  private void succeeded(StepRow step) {
    if (step.counts().succeeded() < step.taskCount()) {
      return;
    }
    rows.steps().recountUnmet(step.jobNumber());
    workAppeared();
    JobRow job = rows.jobs().get(step.jobNumber());
    boolean complete = rows.steps().ofJob(job.number()).stream().allMatch(StepRow::isComplete);
    if (complete && !job.state().isFinal()) {
      rows.jobs().setState(job.number(), Jobs.State.SUCCEEDED, "", parts.clocks().wallMillis());
      new JobNotices(parts, rows).ended(job, Jobs.State.SUCCEEDED, "");
    }
  }

  private void failed(StepRow step, TaskRow task, String message) {
    JobRow job = rows.jobs().get(step.jobNumber());
    if (job.state().isFinal()) {
      return;
    }
    String where =
        "Step " + step.name() + ", task " + (task.ordinal() - step.firstOrdinal()) + ": ";
    String why = message.isBlank() ? "its last attempt failed without saying why." : message;
    endJob(job, Jobs.State.FAILED, where + why);
  }
}
