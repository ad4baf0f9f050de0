package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.agent.cli.JobProgress.RunningTask;
import dev.stoker.controller.protocol.Heartbeat.Phase;
import dev.stoker.controller.protocol.Jobs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobLinesTest {
  private final StringWriter text = new StringWriter();
  private long nanos;
  private final JobLines lines = new JobLines(new PrintWriter(text), () -> nanos);

  @Test
  void aLineIsPrintedWhenAPhaseChangesOrATaskEndsAndElseNowAndThen() {
    lines.show(rendering(0, 0.25, "Sample 1/4"));
    lines.show(rendering(0, 0.5, "Sample 2/4"));
    nanos += 10_000_000_000L;
    lines.show(rendering(0, 0.75, "Sample 3/4"));
    nanos += 10_000_000_000L;
    lines.show(rendering(0, 0.75, "Sample 3/4"));
    lines.show(rendering(1, -1, ""));

    assertEquals(
        """
        running: 0 of 2 tasks done; 1.0 MiB of 4.0 MiB fetched; Render, Frame 1: rendering 25% (Sample 1/4)
        running: 0 of 2 tasks done; 1.0 MiB of 4.0 MiB fetched; Render, Frame 1: rendering 75% (Sample 3/4)
        running: 1 of 2 tasks done; 1.0 MiB of 4.0 MiB fetched; Render, Frame 1: rendering
        """,
        text.toString());
  }

  private static JobProgress rendering(long done, double fraction, String message) {
    return new JobProgress(
        Jobs.State.RUNNING,
        2,
        done,
        0,
        4 << 20,
        1 << 20,
        List.of(new RunningTask("Render, Frame 1", Phase.RENDERING, fraction, message)));
  }
}
