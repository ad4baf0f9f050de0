package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a real renderer takes from its lease to its first sample on a node with an empty cache,
 * on a warm one, and on a second one with an empty cache that knows the first one's trace. Each
 * connection to the server gives 4 MB/s, so that it pays to ask before the renderer does.
 */
@Tag("nightly")
@Timeout(900)
class TraceStartTest {
  private static final double MOST = 1.3;
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final int ROUNDS = Integer.getInteger("stoker.trials", 3);

  /** Of some 12 MB each, that a heavy shot reads beside the whole library. */
  private static final int TEXTURES = Integer.getInteger("stoker.scene.textures", 0);

  private static final String RENDER =
      """
      blender -b $1 -o $2/f_#### -F PNG -f 1 | while IFS= read -r line; do
        echo "$line"
        case $line in *Sample*) [ -e $2/first.txt ] || date +%s%3N >$2/first.txt ;; esac
      done
      """;

  @TempDir Path top;

  /** Milliseconds from its lease to its first sample. */
  private record Start(long millis, Jobs.Attempt attempt) {
    String timeline(String what) {
      return "  %-22s first sample %5d ms; %s, %.1f MB from the origin"
          .formatted(
              what,
              millis,
              attempt.timeline().stream().map(span -> span(span)).collect(Collectors.joining(", ")),
              attempt.originBytes() / 1e6);
    }

    private String span(Finish.Span span) {
      return String.format(
          Locale.ROOT,
          "%s %d-%d",
          span.name(),
          span.startMillis() - attempt.startedMillis(),
          span.endMillis() - attempt.startedMillis());
    }
  }

  @Test
  void aSecondNodeWithAnEmptyCacheStartsAsIfItWereWarm() throws Exception {
    List<Double> ratios = new ArrayList<>();
    Path scene = LinkedScene.make(top, TEXTURES);
    for (int round = 0; round < ROUNDS; round++) {
      ratios.add(round(Files.createDirectory(top.resolve("round-" + round)), scene));
    }
    Collections.sort(ratios);
    double median = ratios.get(ratios.size() / 2);
    System.out.printf(
        Locale.ROOT, "TRACE median of %d: traced / warm = %.2f%n", ratios.size(), median);
    assertTrue(median <= MOST, "traced / warm = " + median);
  }

  private double round(Path folder, Path scene) throws Exception {
    try (MountedFarm farm = new MountedFarm(folder, "limit_rate 4m;")) {
      try (Stream<Path> files = Files.walk(scene)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          farm.serve(scene.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
      MountedFarm.Node first = farm.startNode("node-1");
      String job = farm.submit("shot.blend", RENDER);
      Start cold = start(farm, job);
      awaitTrace(farm, job);
      Start warm = again(farm, first, job);
      farm.stop(first);
      MountedFarm.Node second = farm.startNode("node-2");
      Start traced = again(farm, second, job);
      System.out.println(cold.timeline("empty cache, no trace"));
      System.out.println(warm.timeline("warm"));
      System.out.println(traced.timeline("empty cache, trace"));
      return (double) traced.millis() / warm.millis();
    }
  }

  /** Renders the frame again, in a session of its own. */
  private static Start again(MountedFarm farm, MountedFarm.Node node, String job)
      throws IOException {
    Until.holds(
        BOUND,
        () -> isEmpty(Path.of(node.io().mountState().folder())),
        () -> "the session never ended");
    farm.client.retry(job, new Jobs.Retry(List.of(farm.task(job).taskId())));
    return start(farm, job);
  }

  private static Start start(MountedFarm farm, String job) throws IOException {
    farm.assertSucceeds(job);
    Jobs.Attempt attempt = farm.task(job).attempts().getLast();
    long first = Long.parseLong(Files.readString(farm.top.resolve("out/first.txt")).strip());
    return new Start(first - attempt.startedMillis(), attempt);
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitTrace(MountedFarm farm, String job) {
    Until.holds(
        BOUND, () -> !farm.client.trace(job, "Render").trace().isEmpty(), () -> "no trace came");
  }
}
