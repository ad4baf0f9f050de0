package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Traces;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.prefetch.AccessTrace;
import dev.stoker.io.prefetch.TraceForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which input files a session of each step of a job opened, and how much of each it read. */
final class JobInputs {
  private JobInputs() {}

  /**
   * One step's inputs, in the order in which they were opened first.
   *
   * @param whole whether it is the whole session
   */
  record OfStep(String step, boolean whole, List<Input> files) {}

  /**
   * @param readBytes that were seen to be read, in steps of 64 KiB
   * @param passed whether more of it may have been read past Stoker's eyes
   */
  record Input(String name, long lengthBytes, long readBytes, boolean passed) {}

  /** Steps of which nobody told yet are left out. */
  static List<OfStep> of(ControllerClient client, Jobs.Summary job) {
    List<OfStep> all = new ArrayList<>();
    for (Jobs.StepSummary step : job.steps()) {
      Traces.Kept kept = client.trace(job.jobId(), step.name());
      if (!kept.trace().isEmpty()) {
        read(kept).map(trace -> ofStep(step.name(), trace)).ifPresent(all::add);
      }
    }
    return all;
  }

  private static Optional<AccessTrace> read(Traces.Kept kept) {
    try {
      return Optional.of(TraceForm.unpack(kept.trace()));
    } catch (IoFailure.Invalid e) {
      return Optional.empty(); // of another release's nodes
    }
  }

  private static OfStep ofStep(String step, AccessTrace trace) {
    long[] readBytes = new long[trace.files().size()];
    for (AccessTrace.Touch touch : trace.touches()) {
      readBytes[touch.file()] += touch.grains() * AccessTrace.GRAIN_BYTES;
    }
    List<Input> files = new ArrayList<>();
    for (int i = 0; i < readBytes.length; i++) {
      AccessTrace.UsedFile file = trace.files().get(i);
      files.add(
          new Input(
              file.location() + "/" + file.path(),
              file.lengthBytes(),
              Math.min(file.lengthBytes(), readBytes[i]),
              file.passed()));
    }
    return new OfStep(step, trace.whole(), files);
  }

  static void print(Context context, List<OfStep> steps) {
    if (steps.isEmpty()) {
      context.out().println("No session of this job read through a mount yet.");
    }
    for (OfStep step : steps) {
      context
          .out()
          .println(
              "Step %s opened %d files%s:"
                  .formatted(step.step(), step.files().size(), step.whole() ? "" : " and more"));
      Table table = new Table("FILE", "SIZE", "READ", "SHARE");
      for (Input file : step.files()) {
        table.add(
            file.name(),
            ByteSize.format(file.lengthBytes()),
            ByteSize.format(file.readBytes()) + (file.passed() ? " or more" : ""),
            file.lengthBytes() == 0
                ? ""
                : String.format(
                    Locale.ROOT, "%.1f %%", 100.0 * file.readBytes() / file.lengthBytes()));
      }
      table.print(context.out());
    }
    context.out().flush();
  }
}
