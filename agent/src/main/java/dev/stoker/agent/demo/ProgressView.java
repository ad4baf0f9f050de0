package dev.stoker.agent.demo;

import java.io.PrintWriter;

/** Shows how the demo comes along: bars where a person watches, lines elsewhere. One thread's. */
sealed interface ProgressView permits ProgressBars, ProgressLines {
  static ProgressView on(PrintWriter out, boolean terminal) {
    return terminal ? new ProgressBars(out, System::nanoTime) : new ProgressLines(out);
  }

  /** A sentence that stays. */
  void say(String sentence);

  void pushed(long bytesDone, long bytesTotal);

  void show(JobSnapshot job);
}
