package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.LogRows;
import dev.stoker.controller.store.ManifestRow;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.TaskCounts;
import dev.stoker.controller.store.TaskRow;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What people and nodes see of jobs. Thread-safe. */
public final class JobViews {
  private static final int MOST_IN_PAGE = 1_000;
  private static final int MOST_RUNNING_SHOWN = 256;

  /** Pieces have up to 256 KiB, so an answer has about 1 MiB. */
  private static final int PIECES_IN_ANSWER = 4;

  /** A change rarely comes alone; gathering for so long spares watchers most of their calls. */
  private static final Duration GATHER = Duration.ofMillis(50);

  private final Parts parts;

  JobViews(Parts parts) {
    this.parts = parts;
  }

  /**
   * The newest jobs, newest first.
   *
   * @param projects only theirs; empty for all
   * @param limit 1 to 1,000
   */
  public Jobs.Page newest(Set<String> projects, int limit) {
    Limits.range("limit", limit, 1, MOST_IN_PAGE);
    return parts
        .store()
        .read(
            rows ->
                new Jobs.Page(
                    rows.jobs().newest(projects, limit).stream()
                        .map(job -> summary(rows, job))
                        .toList()));
  }

  public Jobs.Summary get(String jobId) {
    return parts.store().read(rows -> summary(rows, job(rows, jobId)));
  }

  /** Whose job it is. */
  public record Owner(String project, String submitter) {}

  public Owner owner(String jobId) {
    JobRow job = parts.store().read(rows -> job(rows, jobId));
    return new Owner(job.project(), job.submitter());
  }

  /** What was submitted, as JSON. */
  public String definition(String jobId) {
    return parts.store().read(rows -> rows.jobs().definition(whole(rows, jobId).number()));
  }

  /** A page of tasks after a task id, in task order; limit 1 to 1,000. */
  public Jobs.Tasks tasks(String jobId, @Nullable String after, int limit) {
    Limits.range("limit", limit, 1, MOST_IN_PAGE);
    long from = after == null ? 0 : ordinal(jobId, after) + 1;
    JobPlan plan = parts.plans().of(whole(jobId)).plan();
    return parts
        .store()
        .read(
            rows -> {
              var reader = new TaskReader(parts, rows, job(rows, jobId), plan);
              List<Jobs.Task> tasks = reader.between(from, from + limit);
              boolean last = from + limit >= reader.total();
              String next = last ? null : new TaskName(jobId, from + limit - 1).text();
              return new Jobs.Tasks(tasks, next);
            });
  }

  /** The files of granted tasks after a task id; the limit, 1 to 1,000, counts tasks. */
  public Jobs.Outputs outputs(String jobId, @Nullable String after, int limit) {
    Limits.range("limit", limit, 1, MOST_IN_PAGE);
    long from = after == null ? 0 : ordinal(jobId, after) + 1;
    List<ManifestRow> manifests =
        parts
            .store()
            .read(rows -> rows.manifests().published(whole(rows, jobId).number(), from, limit));
    List<Jobs.Output> outputs = new ArrayList<>();
    for (ManifestRow manifest : manifests) {
      String task = new TaskName(jobId, manifest.ordinal()).text();
      boolean visible = manifest.state() == ManifestRow.State.DONE;
      manifest
          .body()
          .outputs()
          .forEach(
              output ->
                  outputs.add(
                      new Jobs.Output(
                          task,
                          output.destination(),
                          output.lengthBytes(),
                          output.checksum(),
                          visible)));
    }
    boolean last = manifests.size() < limit;
    String next = last ? null : new TaskName(jobId, manifests.getLast().ordinal()).text();
    return new Jobs.Outputs(outputs, next);
  }

  /** What keeps a task from starting. */
  public Jobs.Why why(String jobId, String taskId) {
    long ordinal = ordinal(jobId, taskId);
    JobPlan plan = parts.plans().of(whole(jobId)).plan();
    return parts
        .store()
        .read(
            rows -> {
              JobRow job = job(rows, jobId);
              List<Jobs.Task> found =
                  new TaskReader(parts, rows, job, plan).between(ordinal, ordinal + 1);
              if (found.isEmpty()) {
                throw Refusal.missing("task of job " + jobId, taskId);
              }
              TaskState state = found.getFirst().state();
              boolean waits = state == TaskState.READY || state == TaskState.WAITING;
              StepRow step = rows.steps().ofTask(job.number(), ordinal);
              TaskRow task = rows.tasks().find(job.number(), ordinal).orElse(null);
              return new Jobs.Why(
                  taskId,
                  state,
                  waits ? new Waiting(parts, rows, job, step).reasons(task) : List.of());
            });
  }

  /** An attempt's log from a byte on; attempt 0 is the latest. */
  public LogChunk log(String jobId, String taskId, int attempt, long offset) {
    Limits.range("attempt", attempt, 0, TaskLife.MOST_ATTEMPTS);
    Limits.range("offset", offset, 0, Long.MAX_VALUE);
    long ordinal = ordinal(jobId, taskId);
    return parts
        .store()
        .read(
            rows -> {
              long number = whole(rows, jobId).number();
              Optional<TaskRow> task = rows.tasks().find(number, ordinal);
              int which = attempt > 0 ? attempt : task.map(TaskRow::attempt).orElse(0);
              return joined(
                  which,
                  offset,
                  rows.logs().from(number, ordinal, which, offset, PIECES_IN_ANSWER));
            });
  }

  /** Joins pieces without a gap between them, from an offset in the first one on. */
  private static LogChunk joined(int attempt, long offset, List<LogRows.Piece> pieces) {
    if (pieces.isEmpty()) {
      return new LogChunk(attempt, offset, "");
    }
    long start = Math.max(offset, pieces.getFirst().offsetBytes());
    long end = start;
    var bytes = new ByteArrayOutputStream();
    for (LogRows.Piece piece : pieces) {
      if (piece.offsetBytes() > end) {
        break;
      }
      byte[] text = piece.text().getBytes(StandardCharsets.UTF_8);
      int skipped = (int) (end - piece.offsetBytes());
      bytes.write(text, skipped, text.length - skipped);
      end = piece.offsetBytes() + text.length;
    }
    return new LogChunk(attempt, start, bytes.toString(StandardCharsets.UTF_8));
  }

  /** A job as it is once it is no longer as at a version, or after a while; version 0: at once. */
  public Parked<Jobs.Update> watch(String jobId, long since, Duration wait) {
    long number = number(jobId);
    CompletableFuture<Boolean> changed =
        since == 0
            ? CompletableFuture.completedFuture(false)
            : parts.changes().next(number, since, wait.toMillis());
    return new Parked<>(
        changed,
        () -> {
          if (changed.resultNow()) {
            Thread.sleep(GATHER);
          }
          return update(number);
        });
  }

  private Jobs.Update update(long number) {
    if (parts.store().read(rows -> rows.jobs().get(number)).archived()) {
      return parts
          .store()
          .read(
              rows ->
                  new Jobs.Update(
                      parts.changes().version(number),
                      summary(rows, rows.jobs().get(number)),
                      List.of()));
    }
    JobPlan plan = parts.plans().of(number).plan();
    // The version first: what changes between the two lines is shown now and told again.
    long version = parts.changes().version(number);
    return parts
        .store()
        .read(
            rows -> {
              JobRow job = rows.jobs().get(number);
              var reader = new TaskReader(parts, rows, job, plan);
              return new Jobs.Update(
                  version, summary(rows, job), reader.running(MOST_RUNNING_SHOWN));
            });
  }

  private long number(String jobId) {
    return parts.store().read(rows -> job(rows, jobId).number());
  }

  private long whole(String jobId) {
    return parts.store().read(rows -> whole(rows, jobId)).number();
  }

  /** A job of which more than its summary is kept. */
  static JobRow whole(QueueRows rows, String jobId) {
    JobRow job = job(rows, jobId);
    if (job.archived()) {
      throw new Refusal(
          Refusal.Kind.MISSING,
          "Job "
              + jobId
              + " ended long ago and is archived: its summary is kept; its definition, tasks, logs,"
              + " pictures and list of outputs are not.");
    }
    return job;
  }

  static JobRow job(QueueRows rows, String jobId) {
    return rows.jobs().find(jobId).orElseThrow(() -> Refusal.missing("job", jobId));
  }

  static long ordinal(String jobId, String taskId) {
    return TaskName.parse(taskId)
        .filter(name -> name.jobId().equals(jobId))
        .orElseThrow(() -> Refusal.missing("task of job " + jobId, taskId))
        .ordinal();
  }

  static Jobs.Summary summary(QueueRows rows, JobRow job) {
    return new Jobs.Summary(
        job.id(),
        job.name(),
        job.project(),
        job.priority(),
        job.state(),
        job.message(),
        job.submittedMillis(),
        job.endedMillis(),
        rows.steps().ofJob(job.number()).stream().map(JobViews::summary).toList(),
        job.submitter(),
        job.archived());
  }

  private static Jobs.StepSummary summary(StepRow step) {
    return new Jobs.StepSummary(step.name(), states(step.counts(), step.unmet() > 0));
  }

  /** How many are in which state, where any; open tasks of a step that waits do as well. */
  static Map<TaskState, Long> states(TaskCounts counts, boolean waiting) {
    Map<TaskState, Long> tasks = new EnumMap<>(TaskState.class);
    tasks.put(waiting ? TaskState.WAITING : TaskState.READY, counts.open());
    tasks.put(TaskState.LEASED, counts.leased());
    tasks.put(TaskState.COMMITTED, counts.committed());
    tasks.put(TaskState.SUCCEEDED, counts.succeeded());
    tasks.put(TaskState.FAILED, counts.failed());
    tasks.put(TaskState.CANCELED, counts.canceled());
    tasks.values().removeIf(count -> count == 0);
    return tasks;
  }
}
