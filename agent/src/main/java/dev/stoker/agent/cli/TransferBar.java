package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import java.io.PrintWriter;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Bytes on their way: one bar where a person watches; elsewhere a line on stderr now and then, so
 * that a log tells of what takes long. Thread-safe.
 */
final class TransferBar implements AutoCloseable {
  private static final int MEBIBYTE = 1 << 20;

  /** What ends before is told by its result alone. */
  private static final long LINE_EVERY_NANOS = 10_000_000_000L;

  private final @Nullable ProgressBar bar;
  private final String name;
  private final PrintWriter lines;
  private final LongSupplier nanoTime;
  private long lastNanos;
  private long lastBytes;

  private TransferBar(
      @Nullable ProgressBar bar, String name, PrintWriter lines, LongSupplier nanoTime) {
    this.bar = bar;
    this.name = name;
    this.lines = lines;
    this.nanoTime = nanoTime;
    this.lastNanos = nanoTime.getAsLong();
  }

  /** Lines by a test's clock. */
  static TransferBar inLines(String name, PrintWriter lines, LongSupplier nanoTime) {
    return new TransferBar(null, name, lines, nanoTime);
  }

  static TransferBar on(Context context, String name) {
    return new TransferBar(
        context.terminal()
            ? new ProgressBarBuilder()
                .setTaskName(name)
                .setUnit(" MiB", MEBIBYTE)
                .setInitialMax(-1)
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                .showSpeed()
                .build()
            : null,
        name,
        context.err(),
        System::nanoTime);
  }

  synchronized void show(long bytesDone, long bytesTotal, long filesDone, long filesTotal) {
    if (bar != null) {
      bar.maxHint(bytesTotal);
      bar.stepTo(bytesDone);
      bar.setExtraMessage(filesDone + " of " + filesTotal + " files");
      return;
    }
    long now = nanoTime.getAsLong();
    if (now - lastNanos >= LINE_EVERY_NANOS) {
      long rate = (long) ((bytesDone - lastBytes) * 1e9 / (now - lastNanos));
      lines.println(line(bytesDone, bytesTotal, filesDone, filesTotal, rate));
      lines.flush();
      lastNanos = now;
      lastBytes = bytesDone;
    }
  }

  private String line(long bytesDone, long bytesTotal, long filesDone, long filesTotal, long rate) {
    return "%s %s of %s, %d of %d files, %s/s%s"
        .formatted(
            name,
            ByteSize.format(bytesDone),
            ByteSize.format(bytesTotal),
            filesDone,
            filesTotal,
            ByteSize.format(rate),
            rate <= 0 ? "" : ", " + (bytesTotal - bytesDone + rate - 1) / rate + " s to go");
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
