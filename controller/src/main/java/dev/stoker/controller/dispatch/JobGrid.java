package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Farm;
import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.TaskRow;
import dev.stoker.controller.store.TaskRows;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The states of a job's tasks in few characters: a job of a million tasks has mostly long runs of
 * the same. {@link Farm.Grid} says what the letters mean.
 */
final class JobGrid {
  private final QueueRows rows;
  private final JobRow job;
  private final List<StepRow> steps;

  JobGrid(QueueRows rows, JobRow job) {
    this.rows = rows;
    this.job = job;
    steps = rows.steps().ofJob(job.number());
  }

  private long total() {
    StepRow last = steps.getLast();
    return last.firstOrdinal() + last.taskCount();
  }

  Farm.Grid grid(long from, int limit) {
    long end = Math.min(from + limit, total());
    var runs = new Runs();
    List<TaskRow> started =
        from >= end ? List.of() : rows.tasks().between(job.number(), from, end, limit);
    int next = 0;
    for (StepRow step : steps) {
      long ordinal = Math.max(from, step.firstOrdinal());
      long stepEnd = Math.min(end, step.firstOrdinal() + step.taskCount());
      while (ordinal < stepEnd) {
        boolean hasRow = next < started.size() && started.get(next).ordinal() < stepEnd;
        long upTo = hasRow ? started.get(next).ordinal() : stepEnd;
        runs.add(letter(step, TaskState.READY, false), upTo - ordinal);
        ordinal = upTo;
        if (hasRow) {
          TaskRow row = started.get(next++);
          runs.add(letter(step, row.state(), row.failures() > 0), 1);
          ordinal++;
        }
      }
    }
    return new Farm.Grid(
        from,
        total(),
        steps.stream()
            .map(step -> new Farm.GridStep(step.name(), step.firstOrdinal(), step.taskCount()))
            .toList(),
        runs.text());
  }

  Farm.JobMap map(int most) {
    long total = total();
    long size = Math.max(1, Math.ceilDiv(total, most));
    int count = (int) Math.ceilDiv(total, size);
    List<SortedMap<Character, Long>> bins = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      bins.add(new TreeMap<>());
    }
    for (TaskRows.Share share : rows.tasks().shares(job.number(), size)) {
      // A part may reach into the next step; the states that depend on a step are its first one's.
      StepRow step = step(share.part() * size);
      add(bins, (int) share.part(), letter(step, share.state(), share.tried()), share.count());
    }
    for (StepRow step : steps) {
      long end = step.firstOrdinal() + step.taskCount();
      long ordinal = step.firstOrdinal() + step.nextIndex();
      while (ordinal < end) {
        int bin = (int) (ordinal / size);
        long upTo = Math.min(end, (bin + 1) * size);
        add(bins, bin, letter(step, TaskState.READY, false), upTo - ordinal);
        ordinal = upTo;
      }
    }
    return new Farm.JobMap(total, size, bins.stream().map(JobGrid::text).toList());
  }

  private static void add(List<SortedMap<Character, Long>> bins, int bin, char letter, long count) {
    bins.get(bin).merge(letter, count, Long::sum);
  }

  private static String text(SortedMap<Character, Long> bin) {
    var runs = new Runs();
    bin.forEach(runs::add);
    return runs.text();
  }

  private StepRow step(long ordinal) {
    for (int i = steps.size() - 1; i > 0; i--) {
      if (steps.get(i).firstOrdinal() <= ordinal) {
        return steps.get(i);
      }
    }
    return steps.getFirst();
  }

  private char letter(StepRow step, TaskState state, boolean tried) {
    return switch (state) {
      case WAITING, READY -> {
        if (job.state().isFinal()) {
          yield 'x';
        }
        char ready = tried ? 'e' : 'r';
        yield step.unmet() > 0 ? 'w' : ready;
      }
      case LEASED -> 'l';
      case COMMITTED -> 'c';
      case SUCCEEDED -> 's';
      case FAILED -> 'f';
      case CANCELED -> 'x';
    };
  }

  /** Letters and how often each comes in a row. */
  private static final class Runs {
    private final StringBuilder text = new StringBuilder();
    private char letter;
    private long count;

    void add(char next, long more) {
      if (more <= 0) {
        return;
      }
      if (next != letter) {
        end();
        letter = next;
        count = 0;
      }
      count += more;
    }

    private void end() {
      if (count > 0) {
        text.append(letter).append(count);
      }
    }

    String text() {
      end();
      count = 0;
      return text.toString();
    }
  }
}
