package dev.stoker.agent.cli;

import dev.stoker.agent.cli.JobProgress.RunningTask;
import dev.stoker.agent.config.ByteSize;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Progress for logs and pipes: a line when a task ends or changes phase, else one now and then. */
final class JobLines implements JobView {
  /** A render of hours stays a log that can be read. */
  private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();

  private final PrintWriter to;
  private final LongSupplier nanoTime;
  private String lastLine = "";
  private String lastMilestone = "";
  private long lastNanos;

  JobLines(PrintWriter to, LongSupplier nanoTime) {
    this.to = to;
    this.nanoTime = nanoTime;
  }

  @Override
  public void show(JobProgress progress) {
    String milestone =
        List.of(
                progress.state(),
                progress.done(),
                progress.failed(),
                progress.running().stream().map(task -> task.label() + task.phase()).toList())
            .toString();
    String line = line(progress);
    long now = nanoTime.getAsLong();
    boolean due = now - lastNanos >= QUIET_NANOS && !line.equals(lastLine);
    if (due || !milestone.equals(lastMilestone)) {
      to.println(line);
      to.flush();
      lastLine = line;
      lastMilestone = milestone;
      lastNanos = now;
    }
  }

  private static String line(JobProgress progress) {
    StringBuilder line = new StringBuilder();
    line.append(
        "%s: %d of %d tasks done"
            .formatted(word(progress.state()), progress.done(), progress.tasks()));
    if (progress.failed() > 0) {
      line.append(", ").append(progress.failed()).append(" failed");
    }
    if (progress.bytesTotal() > 0) {
      line.append("; ")
          .append(ByteSize.format(progress.bytesOnNode()))
          .append(" of ")
          .append(ByteSize.format(progress.bytesTotal()))
          .append(" fetched");
    }
    if (!progress.running().isEmpty()) {
      line.append("; ")
          .append(
              progress.running().stream().map(JobLines::task).collect(Collectors.joining("; ")));
    }
    return line.toString();
  }

  private static String task(RunningTask task) {
    String percent =
        task.fraction() < 0 ? "" : " %d%%".formatted(Math.round(task.fraction() * 100));
    String message = task.message().isEmpty() ? "" : " (" + task.message() + ")";
    return task.label() + ": " + word(task.phase()) + percent + message;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    to.flush();
  }
}
