package dev.stoker.agent.cli;

import dev.stoker.agent.cli.JobProgress.RunningTask;
import dev.stoker.agent.config.ByteSize;
import dev.stoker.controller.protocol.Heartbeat.Phase;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress for people: bars for the bytes fetched, the tasks done, and the task that is furthest.
 */
final class JobBars implements JobView {
  /** As often as a heartbeat brings news, and a little more so that the clock runs. */
  private static final int REDRAW_MILLIS = 500;

  private static final int MEBIBYTE = 1 << 20;
  private static final int PERCENT = 100;

  private final PrintWriter to;
  private final ProgressBar bytes = bar("Fetched", " MiB", MEBIBYTE);
  private final ProgressBar tasks = bar("Tasks", "", 1);
  private final ProgressBar task = bar("Task", "%", 1);

  JobBars(PrintWriter to) {
    this.to = to;
    task.maxHint(PERCENT);
  }

  private static ProgressBar bar(String name, String unit, long unitSize) {
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setUnit(unit, unitSize)
        .setInitialMax(-1)
        .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .hideEta()
        .build();
  }

  @Override
  public void show(JobProgress progress) {
    if (progress.bytesTotal() > 0) {
      bytes.maxHint(progress.bytesTotal());
      bytes.stepTo(progress.bytesOnNode());
      bytes.setExtraMessage(ByteSize.format(progress.bytesTotal()));
    }
    tasks.maxHint(progress.tasks());
    tasks.stepTo(progress.done());
    tasks.setExtraMessage(progress.failed() > 0 ? progress.failed() + " failed" : "");
    if (progress.running().isEmpty()) {
      task.stepTo(progress.state().isFinal() ? PERCENT : 0);
      task.setExtraMessage(progress.state().name().toLowerCase(Locale.ROOT));
    } else {
      RunningTask furthest = furthest(progress);
      task.stepTo(Math.round(Math.max(0, furthest.fraction()) * PERCENT));
      task.setExtraMessage(
          furthest.label()
              + " "
              + furthest.phase().name().toLowerCase(Locale.ROOT)
              + " "
              + furthest.message());
    }
  }

  private static RunningTask furthest(JobProgress progress) {
    RunningTask best = progress.running().getFirst();
    for (RunningTask candidate : progress.running()) {
      Phase phase = candidate.phase();
      boolean further =
          phase == best.phase() ? candidate.fraction() > best.fraction() : phase == Phase.RENDERING;
      best = further ? candidate : best;
    }
    return best;
  }

  @Override
  public void close() {
    bytes.close();
    tasks.close();
    task.close();
    to.flush();
  }
}
