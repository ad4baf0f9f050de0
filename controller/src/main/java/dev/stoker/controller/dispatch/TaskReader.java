package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.protocol.TaskUsage;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.ManifestRows;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.TaskRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts tasks together from what the tables hold, what memory knows, and the plan. */
final class TaskReader {
  private final Parts parts;
  private final QueueRows rows;
  private final JobRow job;
  private final List<StepRow> steps;
  private final JobPlan plan;

  TaskReader(Parts parts, QueueRows rows, JobRow job, JobPlan plan) {
    this.parts = parts;
    this.rows = rows;
    this.job = job;
    steps = rows.steps().ofJob(job.number());
    this.plan = plan;
  }

  long total() {
    StepRow last = steps.getLast();
    return last.firstOrdinal() + last.taskCount();
  }

  /** The tasks from one ordinal on and before another, those that never started included. */
  List<Jobs.Task> between(long from, long to) {
    long end = Math.min(to, total());
    if (from >= end) {
      return List.of();
    }
    Map<Long, TaskRow> started =
        rows.tasks().between(job.number(), from, end, (int) (end - from)).stream()
            .collect(Collectors.toMap(TaskRow::ordinal, row -> row));
    Map<Long, List<LeaseRow>> leases =
        rows.leases().ofTasks(job.number(), from, end).stream()
            .collect(Collectors.groupingBy(LeaseRow::ordinal));
    Set<ManifestRows.Granted> granted =
        new HashSet<>(rows.manifests().granted(job.number(), from, end));
    Map<Long, Integer> pictures = rows.thumbnails().counts(job.number(), from, end);
    List<Jobs.Task> tasks = new ArrayList<>();
    for (long ordinal = from; ordinal < end; ordinal++) {
      tasks.add(
          task(
              ordinal,
              started.get(ordinal),
              leases.getOrDefault(ordinal, List.of()),
              granted,
              pictures.getOrDefault(ordinal, 0)));
    }
    return tasks;
  }

  /** The tasks that nodes hold. */
  List<Jobs.Task> running(int limit) {
    List<Jobs.Task> tasks = new ArrayList<>();
    for (TaskRow row : rows.tasks().held(job.number(), limit)) {
      tasks.addAll(between(row.ordinal(), row.ordinal() + 1));
    }
    return tasks;
  }

  private Jobs.Task task(
      long ordinal,
      @Nullable TaskRow row,
      List<LeaseRow> leases,
      Set<ManifestRows.Granted> granted,
      int pictures) {
    StepRow step = step(ordinal);
    long index = ordinal - step.firstOrdinal();
    Map<Integer, List<LeaseRow>> byAttempt =
        leases.stream()
            .collect(Collectors.groupingBy(LeaseRow::attempt, TreeMap::new, Collectors.toList()));
    List<Jobs.Attempt> attempts = new ArrayList<>();
    byAttempt.forEach(
        (number, ofAttempt) ->
            attempts.add(
                attempt(ofAttempt, granted.contains(new ManifestRows.Granted(ordinal, number)))));
    return new Jobs.Task(
        new TaskName(job.id(), ordinal).text(),
        step.name(),
        index,
        plan.steps().get(step.position()).parameters().apply(index),
        state(step, row),
        attempts,
        pictures);
  }

  private TaskState state(StepRow step, @Nullable TaskRow row) {
    TaskState state = row == null ? TaskState.READY : row.state();
    if (state != TaskState.READY) {
      return state;
    }
    if (job.state().isFinal()) {
      return TaskState.CANCELED;
    }
    return step.unmet() > 0 ? TaskState.WAITING : TaskState.READY;
  }

  private StepRow step(long ordinal) {
    for (int i = steps.size() - 1; i > 0; i--) {
      if (steps.get(i).firstOrdinal() <= ordinal) {
        return steps.get(i);
      }
    }
    return steps.getFirst();
  }

  /** An attempt is its leases: the one that rendered, and any that carried its manifest out. */
  private Jobs.Attempt attempt(List<LeaseRow> leases, boolean granted) {
    LeaseRow last = leases.getLast();
    LiveLease live = parts.live().get(last.number());
    Heartbeat.Held progress = live == null ? null : live.progress;
    List<Finish.Span> timeline = new ArrayList<>();
    long originBytes = 0;
    long cachedBytes = 0;
    long publishedBytes = 0;
    Finish.Cause cause = null;
    TaskUsage usage = progress == null ? null : progress.usage();
    String message = progress == null ? "" : String.valueOf(progress.message());
    for (LeaseRow lease : leases) {
      Finish.Request report = lease.report();
      if (report != null) {
        timeline.addAll(report.timeline());
        originBytes += report.originBytes();
        cachedBytes += report.cachedBytes();
        publishedBytes += report.publishedBytes();
        message = report.message();
        cause = report.cause();
        usage = report.usage() == null ? usage : report.usage();
      }
    }
    if (progress != null) {
      timeline.addAll(progress.timeline());
    }
    return new Jobs.Attempt(
        last.attempt(),
        last.id(),
        parts.roster().name(last.nodeNumber()),
        outcome(last),
        phase(last, progress),
        progress == null ? -1 : progress.phaseFraction(),
        progress == null ? 0 : progress.bytesTotal(),
        progress == null ? 0 : progress.bytesDone(),
        message,
        granted,
        timeline,
        originBytes,
        cachedBytes,
        publishedBytes,
        cause,
        usage,
        leases.getFirst().startedMillis(),
        last.endedMillis());
  }

  /** A lease that ended without a report was handed back by no one: to people it is returned. */
  private static Finish.@Nullable Outcome outcome(LeaseRow lease) {
    if (lease.state().isLive()) {
      return null;
    }
    return lease.outcome() == null ? Finish.Outcome.RETURNED : lease.outcome();
  }

  private static Heartbeat.@Nullable Phase phase(
      LeaseRow lease, Heartbeat.@Nullable Held progress) {
    if (!lease.state().isLive()) {
      return null;
    }
    return progress == null ? Heartbeat.Phase.QUEUED : progress.phase();
  }
}
