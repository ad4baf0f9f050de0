package dev.stoker.agent.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** One bar for bytes on their way, where a person watches; nothing elsewhere. */
final class TransferBar implements AutoCloseable {
  private static final int MEBIBYTE = 1 << 20;

  private final @Nullable ProgressBar bar;

  private TransferBar(@Nullable ProgressBar bar) {
    this.bar = bar;
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
            : null);
  }

  void show(long bytesDone, long bytesTotal, long filesDone, long filesTotal) {
    if (bar != null) {
      bar.maxHint(bytesTotal);
      bar.stepTo(bytesDone);
      bar.setExtraMessage(filesDone + " of " + filesTotal + " files");
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
