package dev.stoker.agent.demo;

import dev.stoker.agent.config.ByteSize;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Bars that are redrawn in place, by the cursor movements of ECMA-48. */
final class ProgressBars implements ProgressView {
  private static final int CELLS = 30;
  private static final long REDRAW_NANOS = 80_000_000;
  private static final String TO_LINE_END = "\u001B[K";

  private final PrintWriter out;
  private final LongSupplier nanos;
  private final boolean blocks = Charset.defaultCharset().newEncoder().canEncode('█');
  private List<String> drawn = List.of();
  private long drawnAtNanos;

  ProgressBars(PrintWriter out, LongSupplier nanos) {
    this.out = out;
    this.nanos = nanos;
  }

  @Override
  public void say(String sentence) {
    drawn = List.of(); // What was drawn stays above.
    out.println(sentence);
    out.flush();
  }

  @Override
  public void pushed(long bytesDone, long bytesTotal) {
    draw(
        List.of(bar("Push", share(bytesDone, bytesTotal), bytes(bytesDone, bytesTotal))),
        bytesDone == bytesTotal);
  }

  @Override
  public void show(JobSnapshot job) {
    List<String> bars = new ArrayList<>();
    bars.add(
        bar(
            "Prefetch",
            share(job.bytesDone(), job.bytesTotal()),
            bytes(job.bytesDone(), job.bytesTotal())));
    bars.add(
        bar(
            "Frames",
            share(job.framesDone(), job.framesTotal()),
            job.framesDone() + " of " + job.framesTotal()));
    boolean over = job.framesDone() == job.framesTotal();
    bars.add(bar("Frame", over ? 1 : job.fraction(), over ? "" : job.message()));
    draw(bars, over);
  }

  private static double share(long done, long total) {
    return total == 0 ? 0 : done / (double) total;
  }

  private static String bytes(long done, long total) {
    return ByteSize.format(done) + " of " + ByteSize.format(total);
  }

  private String bar(String name, double fraction, String text) {
    int full = (int) Math.round(Math.clamp(fraction, 0.0, 1.0) * CELLS);
    String cells = (blocks ? "█" : "#").repeat(full) + (blocks ? "░" : ".").repeat(CELLS - full);
    return "  %-9s %s  %s".formatted(name, cells, text);
  }

  private void draw(List<String> bars, boolean last) {
    long now = nanos.getAsLong();
    boolean same = drawn.size() == bars.size();
    if ((same && !last && now - drawnAtNanos < REDRAW_NANOS) || bars.equals(drawn)) {
      return;
    }
    drawnAtNanos = now;
    if (same) {
      out.print("\u001B[" + drawn.size() + "A");
    }
    for (String bar : bars) {
      out.print("\r" + bar + TO_LINE_END + "\n");
    }
    out.flush();
    drawn = bars;
  }
}
