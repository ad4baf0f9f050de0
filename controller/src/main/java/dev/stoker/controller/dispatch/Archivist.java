package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.ArchiveRows;
import dev.stoker.controller.store.QueueEvent;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes small what is long over, so that tables hold what is at work and what people still look at.
 * Several controllers may do it at once: each piece is done or is done already. A piece is one
 * change of some milliseconds, since others wait meanwhile.
 */
final class Archivist {
  private static final int TASKS_IN_PIECE = 500;
  private static final int JOBS_AT_ONCE = 100;
  private static final int NODES_IN_PIECE = 100;
  private static final int DEEDS_IN_PIECE = 1_000;

  /** Whoever asks what was done asks within a year; most rules for audit logs ask for that. */
  private static final Duration DEEDS_KEPT = Duration.ofDays(400);

  private final Parts parts;
  private final BooleanSupplier goesOn;

  /**
   * @param goesOn asked between pieces; when it says no, what is left is for the next time
   */
  Archivist(Parts parts, BooleanSupplier goesOn) {
    this.parts = parts;
    this.goesOn = goesOn;
  }

  /** Archives jobs that ended before a time, then forgets nodes and deeds; says how many jobs. */
  int archive(long endedBeforeMillis) {
    int all = 0;
    int count;
    do {
      count = change(archive -> begin(archive, endedBeforeMillis));
      all += count;
      // Those included that a controller began with and did not end.
      List<Long> begun = parts.store().read(rows -> rows.archive().remains(JOBS_AT_ONCE));
      for (long job : begun) {
        for (StepRow step : parts.store().read(rows -> rows.steps().ofJob(job))) {
          dropTasks(job, step.firstOrdinal(), step.firstOrdinal() + step.nextIndex());
        }
      }
      count = Math.max(count, begun.size());
    } while (count == JOBS_AT_ONCE && goesOn.getAsBoolean());
    dropNodes(endedBeforeMillis);
    dropDeeds();
    return all;
  }

  /** The definition first: without it nobody can start the job again while it gets smaller. */
  private static int begin(ArchiveRows archive, long endedBeforeMillis) {
    List<Long> due = archive.due(endedBeforeMillis, JOBS_AT_ONCE);
    due.forEach(archive::begin);
    return due.size();
  }

  private void dropTasks(long job, long from, long to) {
    for (long start = from; start < to && goesOn.getAsBoolean(); start += TASKS_IN_PIECE) {
      long first = start;
      long end = Math.min(to, start + TASKS_IN_PIECE);
      change(
          archive -> {
            archive.dropTasks(job, first, end);
            return true;
          });
    }
  }

  private void dropNodes(long endedBeforeMillis) {
    int count = NODES_IN_PIECE;
    while (count == NODES_IN_PIECE && goesOn.getAsBoolean()) {
      count =
          Answers.await(parts.store().write((rows, told) -> gone(rows, told, endedBeforeMillis)));
    }
  }

  private int gone(QueueRows rows, Consumer<QueueEvent> told, long endedBeforeMillis) {
    int count = 0;
    for (long number : rows.archive().goneNodes(endedBeforeMillis, NODES_IN_PIECE)) {
      Member member = parts.roster().byNumber(number);
      // Where nobody asks for tokens, an old one says nothing.
      if (member == null || parts.roster().isLost(member)) {
        rows.archive().dropNode(number);
        told.accept(new QueueEvent.NodeForgotten(number));
        count++;
      }
    }
    return count;
  }

  private void dropDeeds() {
    long before = parts.clocks().wallMillis() - DEEDS_KEPT.toMillis();
    int count = DEEDS_IN_PIECE;
    while (count == DEEDS_IN_PIECE && goesOn.getAsBoolean()) {
      count = change(archive -> archive.dropDeeds(before, DEEDS_IN_PIECE));
    }
  }

  private <T> T change(Function<ArchiveRows, T> what) {
    return Answers.await(parts.store().write((rows, events) -> what.apply(rows.archive())));
  }
}
