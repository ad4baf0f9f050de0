package dev.stoker.controller.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.JobRows;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.TaskCounts;
import dev.stoker.controller.store.TaskRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What people do with jobs: submit, cancel, suspend, resume, retry. Thread-safe. */
public final class JobDesk {
  private final Parts parts;

  JobDesk(Parts parts) {
    this.parts = parts;
  }

  /**
   * Accepts a job: when this returns, it is durable.
   *
   * @param submitter whose job it is, empty where nobody has to say
   * @param idempotencyKey the same key and definition give the same job; null for none
   */
  public Jobs.Submitted submit(
      Jobs.Definition definition, String submitter, @Nullable String idempotencyKey) {
    return submit(definition, submitter, idempotencyKey, List.of());
  }

  /**
   * The same.
   *
   * @param targets addresses that are told of its end
   */
  public Jobs.Submitted submit(
      Jobs.Definition submitted,
      String submitter,
      @Nullable String idempotencyKey,
      List<String> targets) {
    if (idempotencyKey != null) {
      Limits.text("Idempotency-Key", idempotencyKey, 200);
    }
    Submission.check(submitted);
    Map<String, String> seen = submitted.assets().pins();
    Jobs.Definition definition = submitted.withAssets(submitted.assets().withoutPins());
    JobPlan plan = JobPlans.make(definition);
    Submission.check(plan, parts.sharing());
    List<String> warnings = Unfit.warnings(plan, parts.roster().all());
    String body = json(definition);
    String hash = Names.hash(body);
    var job =
        new JobRow(
            0,
            Names.random('j', TaskName.JOB_ID_LENGTH),
            plan.name(),
            definition.project(),
            submitter,
            definition.priority(),
            Jobs.State.QUEUED,
            "",
            definition.maxAttempts(),
            parts.clocks().wallMillis(),
            null,
            false);
    return Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  Optional<Jobs.Submitted> known = known(rows, idempotencyKey, hash, warnings);
                  if (known.isPresent()) {
                    return known.get();
                  }
                  long number = rows.jobs().add(job, body);
                  if (idempotencyKey != null) {
                    rows.jobs().rememberSubmission(idempotencyKey, hash, number);
                  }
                  addSteps(rows, number, job, plan);
                  rows.jobs().setInputs(number, plan.inputs());
                  PinDesk.begin(rows, number, seen);
                  targets.forEach(target -> rows.notices().addTarget(number, target));
                  new Ledger(rows, events, parts).workAppeared();
                  return new Jobs.Submitted(job.id(), warnings);
                }));
  }

  private static Optional<Jobs.Submitted> known(
      QueueRows rows, @Nullable String idempotencyKey, String hash, List<String> warnings) {
    Optional<JobRows.Submission> before =
        idempotencyKey == null ? Optional.empty() : rows.jobs().submission(idempotencyKey);
    if (before.isPresent() && !before.get().bodyHash().equals(hash)) {
      throw Refusal.fenced(
          "The Idempotency-Key was used for another job, "
              + before.get().jobId()
              + "; use a new key for a new job.");
    }
    return before.map(submission -> new Jobs.Submitted(submission.jobId(), warnings));
  }

  private static void addSteps(QueueRows rows, long jobNumber, JobRow job, JobPlan plan) {
    long firstOrdinal = 0;
    for (int position = 0; position < plan.steps().size(); position++) {
      JobPlan.Step step = plan.steps().get(position);
      rows.steps()
          .add(
              new StepRow(
                  0,
                  jobNumber,
                  position,
                  step.name(),
                  firstOrdinal,
                  step.taskCount(),
                  0,
                  step.needs().size(),
                  false,
                  job.project(),
                  job.submitter(),
                  job.priority(),
                  TaskCounts.of(TaskState.READY, step.taskCount()),
                  json(step.slot())),
              step.needs());
      firstOrdinal += step.taskCount();
    }
  }

  /** Cancels what is not granted; a job that is over stays as it is. */
  public void cancel(String jobId) {
    change(
        jobId,
        (job, context) -> {
          if (!job.state().isFinal()) {
            context.ledger.endJob(job, Jobs.State.CANCELED, "Somebody canceled it.");
          }
        });
  }

  /** Starts no further tasks of a job; running ones go on. */
  public void suspend(String jobId) {
    change(
        jobId,
        (job, context) -> {
          if (job.state().isFinal()) {
            throw over(job, "suspended");
          }
          context.rows.jobs().setState(job.number(), Jobs.State.SUSPENDED, "", null);
          context.rows.steps().setHeld(job.number(), true);
        });
  }

  /** Ends a suspension. */
  public void resume(String jobId) {
    change(
        jobId,
        (job, context) -> {
          if (job.state().isFinal()) {
            throw over(job, "resumed");
          }
          if (job.state() == Jobs.State.SUSPENDED) {
            boolean untouched =
                context.rows.steps().ofJob(job.number()).stream()
                    .allMatch(step -> step.nextIndex() == 0);
            Jobs.State state = untouched ? Jobs.State.QUEUED : Jobs.State.RUNNING;
            context.rows.jobs().setState(job.number(), state, "", null);
            context.rows.jobs().forgiveFailures(job.number());
            context.rows.steps().setHeld(job.number(), false);
            context.ledger.workAppeared();
          }
        });
  }

  /** Puts a job before or behind others, 0 to 100. */
  public void setPriority(String jobId, int priority) {
    Limits.range("priority", priority, 0, Jobs.HIGHEST_PRIORITY);
    change(
        jobId,
        (job, context) -> {
          context.rows.jobs().setPriority(job.number(), priority);
          context.ledger.workAppeared();
        });
  }

  /** Has failed and canceled tasks rendered again, and those that are named. */
  public void retry(String jobId, Jobs.Retry retry) {
    Limits.range("the number of tasks", retry.tasks().size(), 0, 10_000);
    change(jobId, (job, context) -> retry(job, context, named(jobId, retry), retry.repin()));
  }

  private static void retry(JobRow job, Context context, List<Long> ordinals, boolean repin) {
    QueueRows rows = context.rows;
    if (job.archived()) {
      throw Refusal.fenced(
          "Job " + job.id() + " ended long ago and is archived; submit it again instead.");
    }
    List<TaskRow> again = new ArrayList<>();
    for (long ordinal : ordinals) {
      rows.tasks()
          .find(job.number(), ordinal)
          .filter(task -> task.state() == TaskState.SUCCEEDED)
          .ifPresent(again::add);
    }
    boolean anyEnded =
        rows.steps().ofJob(job.number()).stream()
            .anyMatch(step -> step.counts().failed() + step.counts().canceled() > 0);
    if (repin) {
      pinAnew(job, rows);
      if (again.isEmpty() && !anyEnded) {
        return; // what waits goes by what is there now
      }
    }
    if (again.isEmpty() && !anyEnded) {
      throw Refusal.fenced(
          "Job " + job.id() + " has no failed or canceled task; name the tasks to render again.");
    }
    for (StepRow step : rows.steps().ofJob(job.number())) {
      reopen(rows, step);
    }
    rows.jobs().forgiveFailures(job.number());
    // The job runs before its tasks move, so that nothing counts it as over.
    rows.jobs().setState(job.number(), Jobs.State.RUNNING, "", null);
    rows.steps().setHeld(job.number(), false);
    for (TaskRow task : again) {
      context.ledger.move(task, TaskLife.retry(task), "");
    }
    rows.steps().recountUnmet(job.number());
    context.ledger.workAppeared();
  }

  /** Not while somebody reads by the old ones: his frame would be of both. */
  private static void pinAnew(JobRow job, QueueRows rows) {
    long held =
        rows.steps().ofJob(job.number()).stream()
            .mapToLong(step -> step.counts().leased() + step.counts().committed())
            .sum();
    if (held > 0) {
      throw Refusal.fenced(
          "Job "
              + job.id()
              + " has "
              + held
              + " tasks running, which read the assets that it pinned; suspend it and let them end,"
              + " or cancel it, and repeat this.");
    }
    rows.pins().begin(job.number());
  }

  private static void reopen(QueueRows rows, StepRow step) {
    long from = step.firstOrdinal();
    long to = from + step.nextIndex();
    rows.tasks().move(step.jobNumber(), from, to, TaskState.FAILED, TaskState.READY);
    rows.tasks().move(step.jobNumber(), from, to, TaskState.CANCELED, TaskState.READY);
    TaskCounts counts = step.counts();
    TaskCounts change =
        TaskCounts.moved(TaskState.FAILED, TaskState.READY, counts.failed())
            .plus(TaskCounts.moved(TaskState.CANCELED, TaskState.READY, counts.canceled()));
    rows.steps().count(step.number(), change, step.nextIndex());
  }

  private static List<Long> named(String jobId, Jobs.Retry retry) {
    List<Long> ordinals = new ArrayList<>();
    for (String id : retry.tasks()) {
      TaskName name =
          TaskName.parse(id)
              .filter(task -> task.jobId().equals(jobId))
              .orElseThrow(() -> Refusal.missing("task of job " + jobId, id));
      ordinals.add(name.ordinal());
    }
    return ordinals;
  }

  private record Context(QueueRows rows, Ledger ledger) {}

  private void change(String jobId, BiConsumer<JobRow, Context> what) {
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  JobRow job =
                      rows.jobs().find(jobId).orElseThrow(() -> Refusal.missing("job", jobId));
                  var ledger = new Ledger(rows, events, parts);
                  what.accept(job, new Context(rows, ledger));
                  ledger.touch(job.number());
                  return true;
                }));
  }

  private static Refusal over(JobRow job, String what) {
    return Refusal.fenced(
        "Job "
            + job.id()
            + " is "
            + job.state()
            + " and cannot be "
            + what
            + "; retry it instead.");
  }

  private static String json(Object value) {
    try {
      return Wire.mapper().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw Refusal.invalid("The job cannot be stored as JSON: " + e.getOriginalMessage() + ".");
    }
  }
}
