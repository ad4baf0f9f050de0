package dev.stoker.agent.demo;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks the controller what became of each frame. */
final class RunReader {
  private static final int PAGE = 200;

  private RunReader() {}

  /**
   * @param files the downloaded frames; a frame's number ends its file's name
   */
  static List<RunRecord.Frame> frames(
      ControllerClient client, String jobId, List<Path> files, long sceneBytes) {
    List<RunRecord.Frame> frames = new ArrayList<>();
    @Nullable String after = null;
    do {
      Jobs.Tasks page = client.tasks(jobId, after, PAGE);
      for (Jobs.Task task : page.tasks()) {
        int number = JobSnapshot.frameOf(task);
        String ending = String.format(Locale.ROOT, "_%04d.png", number);
        files.stream()
            .filter(file -> file.toString().endsWith(ending))
            .findFirst()
            .ifPresent(file -> frames.add(frame(task, number, file, sceneBytes)));
      }
      after = page.next();
    } while (after != null);
    frames.sort(Comparator.comparingInt(RunRecord.Frame::number));
    return frames;
  }

  private static RunRecord.Frame frame(Jobs.Task task, int number, Path file, long sceneBytes) {
    Jobs.Attempt last = task.attempts().getLast();
    return new RunRecord.Frame(
        number,
        file,
        last.nodeName(),
        task.attempts().size(),
        last.timeline().stream().map(RunReader::span).toList(),
        last.originBytes(),
        // What was not fetched for it was there: in the cache, or laid out for the frame before.
        Math.max(0, sceneBytes - last.originBytes()),
        last.publishedBytes());
  }

  private static RunRecord.Span span(Finish.Span span) {
    return new RunRecord.Span(
        RunRecord.Stage.valueOf(span.name().toUpperCase(Locale.ROOT)),
        span.startMillis(),
        span.endMillis());
  }
}
