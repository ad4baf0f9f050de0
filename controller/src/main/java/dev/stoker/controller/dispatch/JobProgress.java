package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Farm;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.ThumbnailRows;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the page of a job shows. Thread-safe. */
public final class JobProgress {
  private static final int MOST_IN_GRID = 100_000;
  private static final int MOST_BINS = 1_000;
  private static final int MOST_RUNNING_SHOWN = 256;
  private static final int MOST_FAILED_SHOWN = 1_000;

  private final Parts parts;
  private final Books books;
  private final RecentAnswers<String, Farm.JobMap> maps;
  private final RecentAnswers<String, Farm.JobCost> costs;

  JobProgress(Parts parts, Books books) {
    this.parts = parts;
    this.books = books;
    maps = new RecentAnswers<>(parts.clocks());
    costs = new RecentAnswers<>(parts.clocks());
  }

  /** The states of tasks from one place on; limit 1 to 100,000. */
  public Farm.Grid grid(String jobId, long from, int limit) {
    Limits.range("from", from, 0, TaskName.MOST_TASKS);
    Limits.range("limit", limit, 1, MOST_IN_GRID);
    return parts
        .store()
        .read(rows -> new JobGrid(rows, JobViews.whole(rows, jobId)).grid(from, limit));
  }

  /** The whole job in at most so many spots, 1 to 1,000; may be some seconds old. */
  public Farm.JobMap map(String jobId, int bins) {
    Limits.range("bins", bins, 1, MOST_BINS);
    parts.store().read(rows -> JobViews.whole(rows, jobId));
    return maps.get(
        jobId + " " + bins,
        () -> parts.store().read(rows -> new JobGrid(rows, JobViews.whole(rows, jobId)).map(bins)));
  }

  /** What the job's share of its nodes cost so far; may be some seconds old. */
  public Farm.JobCost cost(String jobId) {
    parts.store().read(rows -> JobViews.whole(rows, jobId));
    return costs.get(
        jobId, () -> parts.store().read(rows -> books.cost(rows, JobViews.whole(rows, jobId))));
  }

  /** The version of a job; another one says that anything changed. */
  public long version(String jobId) {
    return parts.changes().version(number(jobId));
  }

  private long number(String jobId) {
    return parts.store().read(rows -> JobViews.job(rows, jobId)).number();
  }

  private long whole(String jobId) {
    return parts.store().read(rows -> JobViews.whole(rows, jobId)).number();
  }

  /** The job and what nodes hold of it. */
  public Farm.JobNow now(String jobId) {
    long number = number(jobId);
    // The version first: what changes between the two is shown now and told again.
    long version = parts.changes().version(number);
    List<LiveLease> held = parts.live().ofJob(number);
    List<Farm.Running> running =
        held.stream()
            .sorted(Comparator.comparingLong(lease -> lease.row.ordinal()))
            .limit(MOST_RUNNING_SHOWN)
            .map(this::running)
            .toList();
    return parts
        .store()
        .read(
            rows -> {
              JobRow job = rows.jobs().get(number);
              return new Farm.JobNow(version, JobViews.summary(rows, job), running, held.size());
            });
  }

  private Farm.Running running(LiveLease lease) {
    Heartbeat.Held progress = lease.progress;
    Member node = parts.roster().byNumber(lease.row.nodeNumber());
    return new Farm.Running(
        lease.row.ordinal(),
        lease.row.attempt(),
        node == null ? "" : node.row.id(),
        node == null ? "" : node.row.name(),
        progress == null ? Heartbeat.Phase.QUEUED : progress.phase(),
        progress == null ? -1 : progress.phaseFraction(),
        lease.row.startedMillis());
  }

  /** Tasks that failed for good, from a place on; limit 1 to 1,000. */
  public Jobs.Tasks failed(String jobId, long from, int limit) {
    Limits.range("from", from, 0, TaskName.MOST_TASKS);
    Limits.range("limit", limit, 1, MOST_FAILED_SHOWN);
    JobPlan plan = parts.plans().of(whole(jobId)).plan();
    return parts
        .store()
        .read(
            rows -> {
              JobRow job = JobViews.whole(rows, jobId);
              List<Long> failed = rows.tasks().failed(job.number(), from, limit + 1);
              List<Jobs.Task> tasks = tasks(rows, job, plan, failed.stream().limit(limit).toList());
              boolean last = failed.size() <= limit;
              return new Jobs.Tasks(tasks, last ? null : String.valueOf(failed.getLast()));
            });
  }

  private List<Jobs.Task> tasks(QueueRows rows, JobRow job, JobPlan plan, List<Long> ordinals) {
    var reader = new TaskReader(parts, rows, job, plan);
    return ordinals.stream()
        .flatMap(ordinal -> reader.between(ordinal, ordinal + 1).stream())
        .toList();
  }

  /** One task with its attempts. */
  public Jobs.Task task(String jobId, String taskId) {
    long ordinal = JobViews.ordinal(jobId, taskId);
    JobPlan plan = parts.plans().of(whole(jobId)).plan();
    return parts
        .store()
        .read(rows -> tasks(rows, JobViews.whole(rows, jobId), plan, List.of(ordinal)))
        .stream()
        .findFirst()
        .orElseThrow(() -> Refusal.missing("task of job " + jobId, taskId));
  }

  /**
   * A JPEG or PNG file.
   *
   * @param type its media type
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
  public record Picture(String type, byte[] bytes) {}

  /** One of the pictures of what a task made, counted from 0. */
  public Picture thumbnail(String jobId, String taskId, int index) {
    Limits.range("index", index, 0, Integer.MAX_VALUE);
    long ordinal = JobViews.ordinal(jobId, taskId);
    Optional<ThumbnailRows.Picture> found =
        parts
            .store()
            .read(
                rows ->
                    rows.thumbnails().find(JobViews.whole(rows, jobId).number(), ordinal, index));
    byte[] bytes =
        found
            .map(picture -> Base64.getDecoder().decode(picture.image()))
            .orElseThrow(() -> Refusal.missing("thumbnail of task", taskId));
    return new Picture(Thumbnails.mediaType(bytes).orElseThrow(), bytes);
  }
}
