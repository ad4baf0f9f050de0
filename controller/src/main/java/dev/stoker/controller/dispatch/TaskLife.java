package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.LeaseState;
import dev.stoker.controller.store.TaskRow;

/**
 * Every way in which a task goes from one state to another. Pure: rows in, rows out.
 *
 * <pre>
 *   READY ──lease──▶ LEASED ──commit──▶ COMMITTED ──finish──▶ SUCCEEDED
 *     ▲                │ failed, lost,      │ lost: stays, a recovery lease follows
 *     └────────────────┘ returned           │ failed: voided, READY or FAILED
 *   READY, LEASED ──cancel──▶ CANCELED      LEASED ──out of attempts──▶ FAILED
 * </pre>
 *
 * <p>COMMITTED is the point of no return: it is entered once per attempt, by the holder of the live
 * lease, and neither cancel nor expiry leads out of it.
 */
final class TaskLife {
  /** A task that ten nodes were lost with is likely what kills them. */
  static final int MOST_LOSSES = 10;

  /** The fence has four digits for the attempt. */
  static final int MOST_ATTEMPTS = 9_999;

  private static final long LONGEST_PAUSE_MILLIS = 300_000;

  private TaskLife() {}

  /** What a request to commit gets. */
  sealed interface CommitVerdict {
    /** The point of no return. */
    record Granted(TaskRow next) implements CommitVerdict {}

    /** This attempt was granted before. */
    record Again() implements CommitVerdict {}

    /** Never. */
    record Fenced(String reason) implements CommitVerdict {}
  }

  /** What a finish report gets. */
  sealed interface FinishVerdict {
    /**
     * It counts.
     *
     * @param voided whether the granted manifest can no longer be carried out
     */
    record Counts(TaskRow next, boolean voided) implements FinishVerdict {}

    /** The lease ends, and the task goes on without it. */
    record LeaseOnly() implements FinishVerdict {}

    /** It counted before. */
    record Again() implements FinishVerdict {}

    /** Nobody waits for it any more. */
    record Stale(String reason) implements FinishVerdict {}
  }

  /** What a failure costs its task. */
  enum Price {
    /** One of its attempts. */
    ATTEMPT,
    /** None, as it is the node's; ten such end it all the same. */
    LOSS,
    /** None: there was no licence, and there may be one later. */
    NOTHING,
    /** All that are left: it would fail everywhere. */
    TASK;

    /**
     * @param refusals how often in a row the task was refused a licence before
     */
    static Price of(Finish.Request report, int refusals) {
      if (report.retryElsewhere()) {
        return LOSS;
      }
      if (report.cause() == Finish.Cause.LICENCE_REFUSED && refusals < LicenceRefusals.MOST_FREE) {
        return NOTHING;
      }
      return report.retry() == Finish.Retry.NEVER ? TASK : ATTEMPT;
    }
  }

  /** The first lease of a task. */
  static TaskRow first(long jobNumber, long ordinal, long lease) {
    return new TaskRow(jobNumber, ordinal, TaskState.LEASED, 1, 0, 0, lease, 0);
  }

  /** A further lease of a ready task. */
  static TaskRow lease(TaskRow task, long lease) {
    require(task.state() == TaskState.READY, task, "lease");
    return new TaskRow(
        task.jobNumber(),
        task.ordinal(),
        TaskState.LEASED,
        task.attempt() + 1,
        task.failures(),
        task.losses(),
        lease,
        0);
  }

  /** A lease to carry out what was granted to a node that is gone. */
  static TaskRow recover(TaskRow task, long lease) {
    require(isAdrift(task), task, "recover");
    return with(task, TaskState.COMMITTED, lease);
  }

  /** Whether a granted manifest has nobody to carry it out. */
  static boolean isAdrift(TaskRow task) {
    return task.state() == TaskState.COMMITTED && task.leaseNumber() == 0;
  }

  static CommitVerdict commit(TaskRow task, LeaseRow lease) {
    boolean wasGranted = task.state() == TaskState.COMMITTED || task.state() == TaskState.SUCCEEDED;
    if (wasGranted && task.attempt() == lease.attempt()) {
      return new CommitVerdict.Again();
    }
    boolean holds = lease.state() == LeaseState.LIVE && task.leaseNumber() == lease.number();
    if (holds && task.state() == TaskState.LEASED) {
      return new CommitVerdict.Granted(with(task, TaskState.COMMITTED, lease.number()));
    }
    return new CommitVerdict.Fenced(whyNot(task, lease));
  }

  /**
   * @param price what it costs if it is a failure; one after a grant costs an attempt
   * @param maxAttempts how often the task may fail before it is given up
   * @param jobIsOver whether no new attempt may follow
   */
  static FinishVerdict finish(
      TaskRow task,
      LeaseRow lease,
      Outcome outcome,
      Price price,
      int maxAttempts,
      boolean jobIsOver) {
    boolean sameAttempt = task.attempt() == lease.attempt();
    if (lease.state() == LeaseState.FINISHED) {
      return lease.outcome() == outcome
          ? new FinishVerdict.Again()
          : new FinishVerdict.Stale(
              "Lease " + lease.id() + " was already finished as " + lease.outcome() + ".");
    }
    if (sameAttempt && outcome == Outcome.SUCCEEDED) {
      // Whoever carried the manifest out, its files are visible: also a holder that was given up.
      if (task.state() == TaskState.COMMITTED) {
        return new FinishVerdict.Counts(with(task, TaskState.SUCCEEDED, 0), false);
      }
      if (task.state() == TaskState.SUCCEEDED) {
        return lease.state().isLive() ? new FinishVerdict.LeaseOnly() : new FinishVerdict.Again();
      }
    }
    if (!lease.state().isLive()) {
      return new FinishVerdict.Stale(whyNot(task, lease));
    }
    if (task.leaseNumber() != lease.number()) {
      return new FinishVerdict.LeaseOnly();
    }
    return holderFinishes(task, lease, outcome, price, maxAttempts, jobIsOver);
  }

  private static FinishVerdict holderFinishes(
      TaskRow task,
      LeaseRow lease,
      Outcome outcome,
      Price price,
      int maxAttempts,
      boolean jobIsOver) {
    boolean granted = task.state() == TaskState.COMMITTED;
    return switch (outcome) {
      case SUCCEEDED ->
          new FinishVerdict.Stale(
              "Lease "
                  + lease.id()
                  + " asked for no commit, so it cannot have succeeded; commit first, with an empty"
                  + " manifest where nothing is published.");
      case CANCELED, RETURNED ->
          new FinishVerdict.Counts(
              granted ? with(task, TaskState.COMMITTED, 0) : again(task, jobIsOver), false);
      case FAILED -> {
        Price effective = granted ? Price.ATTEMPT : price;
        TaskRow failed =
            switch (effective) {
              case ATTEMPT, TASK -> counted(task, task.failures() + 1, task.losses());
              case LOSS -> counted(task, task.failures(), task.losses() + 1);
              case NOTHING -> task;
            };
        boolean out =
            effective == Price.TASK
                || failed.failures() >= maxAttempts
                || failed.losses() >= MOST_LOSSES;
        yield new FinishVerdict.Counts(
            out ? with(failed, TaskState.FAILED, 0) : again(failed, jobIsOver), granted);
      }
    };
  }

  /**
   * When a task that failed may start again: at once after one failure, which another node may not
   * share, then after 1 s, 4 s, 16 s and so on: what two nodes stumbled over lasts a while.
   */
  static long pauseMillis(int failures) {
    if (failures < 2) {
      return 0;
    }
    return Math.min(LONGEST_PAUSE_MILLIS, 1_000L << Math.min(20, 2 * (failures - 2)));
  }

  /** The holder of the task's lease is silent, or came back without it. */
  static TaskRow lose(TaskRow task) {
    return switch (task.state()) {
      case LEASED -> {
        TaskRow lost = counted(task, task.failures(), task.losses() + 1);
        yield lost.losses() >= MOST_LOSSES ? with(lost, TaskState.FAILED, 0) : again(lost, false);
      }
      case COMMITTED -> with(task, TaskState.COMMITTED, 0);
      case WAITING, READY, SUCCEEDED, FAILED, CANCELED -> task;
    };
  }

  /** What is not granted yet never will be. */
  static TaskRow cancel(TaskRow task) {
    return switch (task.state()) {
      case WAITING, READY, LEASED -> with(task, TaskState.CANCELED, 0);
      case COMMITTED, SUCCEEDED, FAILED, CANCELED -> task;
    };
  }

  /** Somebody wants an ended task rendered again. */
  static TaskRow retry(TaskRow task) {
    return switch (task.state()) {
      case SUCCEEDED, FAILED, CANCELED -> with(counted(task, 0, 0), TaskState.READY, 0);
      case WAITING, READY, LEASED, COMMITTED -> task;
    };
  }

  private static TaskRow again(TaskRow task, boolean jobIsOver) {
    if (jobIsOver) {
      return with(task, TaskState.CANCELED, 0);
    }
    return with(task, task.attempt() < MOST_ATTEMPTS ? TaskState.READY : TaskState.FAILED, 0);
  }

  private static String whyNot(TaskRow task, LeaseRow lease) {
    if (task.attempt() != lease.attempt()) {
      return "Lease "
          + lease.id()
          + " is over: the task is at attempt "
          + task.attempt()
          + " and this was attempt "
          + lease.attempt()
          + ".";
    }
    return switch (lease.state()) {
      case CANCELING -> "Lease " + lease.id() + " was canceled.";
      case EXPIRED -> "Lease " + lease.id() + " expired: its node was silent for a whole term.";
      case REVOKED -> "Lease " + lease.id() + " was revoked.";
      case FINISHED -> "Lease " + lease.id() + " was already finished as " + lease.outcome() + ".";
      case LIVE ->
          "Lease " + lease.id() + " no longer holds its task, which is " + task.state() + ".";
    };
  }

  private static TaskRow with(TaskRow task, TaskState state, long lease) {
    return new TaskRow(
        task.jobNumber(),
        task.ordinal(),
        state,
        task.attempt(),
        task.failures(),
        task.losses(),
        lease,
        0);
  }

  private static TaskRow counted(TaskRow task, int failures, int losses) {
    return new TaskRow(
        task.jobNumber(),
        task.ordinal(),
        task.state(),
        task.attempt(),
        failures,
        losses,
        task.leaseNumber(),
        0);
  }

  private static void require(boolean allowed, TaskRow task, String transition) {
    if (!allowed) {
      throw new IllegalStateException("A task that is " + task + " cannot " + transition + ".");
    }
  }
}
