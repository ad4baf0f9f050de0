package dev.stoker.agent.demo;

import dev.stoker.agent.config.ByteSize;
import java.io.PrintWriter;

/** A line for each thing that a log's reader would want to know. */
final class ProgressLines implements ProgressView {
  private static final double QUARTER = 0.25;

  private final PrintWriter out;
  private long framesDone;
  private boolean prefetched;
  private int frame;
  private double said;

  ProgressLines(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void say(String sentence) {
    out.println(sentence);
    out.flush();
  }

  @Override
  public void pushed(long bytesDone, long bytesTotal) {
    if (bytesDone == bytesTotal) {
      say("Pushed " + ByteSize.format(bytesTotal) + ".");
    }
  }

  @Override
  public void show(JobSnapshot job) {
    if (!prefetched && job.bytesDone() == job.bytesTotal()) {
      prefetched = true;
      say("Prefetched " + ByteSize.format(job.bytesTotal()) + ".");
    }
    if (job.framesDone() > framesDone) {
      framesDone = job.framesDone();
      say("Frames: %d of %d.".formatted(framesDone, job.framesTotal()));
    }
    boolean next = job.frame() != frame;
    if (job.frame() != 0
        && !job.message().isEmpty()
        && (next || job.fraction() >= said + QUARTER)) {
      frame = job.frame();
      said = job.fraction();
      say("Rendering: " + job.message() + ".");
    }
  }
}
