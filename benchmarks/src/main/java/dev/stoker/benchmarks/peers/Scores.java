package dev.stoker.benchmarks.peers;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Medians and minima of a contest, as a table and as a row of RESULTS.md. */
final class Scores {
  /**
   * How many units of work one run does.
   *
   * @param name of the unit, such as {@code MiB} or {@code files}
   * @param count in one run
   */
  record Work(String name, double count) {}

  private final Map<String, List<Sample>> byContestant = new LinkedHashMap<>();
  private final Work work;
  private final double gibibytes;

  /**
   * @param work what rates are told in
   * @param bytes of one run, for CPU seconds per GiB
   */
  Scores(List<Sample> samples, Work work, long bytes) {
    this.work = work;
    this.gibibytes = bytes / (double) (1 << 30);
    samples.stream()
        .sorted((a, b) -> a.contestant().compareTo(b.contestant()))
        .forEach(
            sample ->
                byContestant
                    .computeIfAbsent(sample.contestant(), name -> new ArrayList<>())
                    .add(sample));
  }

  static long median(List<Sample> samples, ToLongFunction<Sample> value) {
    long[] sorted = samples.stream().mapToLong(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static long minimum(List<Sample> samples, ToLongFunction<Sample> value) {
    return samples.stream().mapToLong(value).min().orElseThrow();
  }

  /** One line a contestant. */
  String table() {
    StringBuilder out = new StringBuilder();
    out.append(
        "%-28s %4s %10s %10s %9s %9s %9s %9s %9s%n"
            .formatted(
                "",
                "runs",
                work.name() + "/s",
                "best",
                "wall s",
                "best",
                "CPU-s/GiB",
                "best",
                "RSS MiB"));
    byContestant.forEach(
        (name, samples) -> {
          double wall = median(samples, Sample::wallNanos) / 1e9;
          double bestWall = minimum(samples, Sample::wallNanos) / 1e9;
          out.append(
              "%-28s %4d %,10.0f %,10.0f %9.3f %9.3f %9.2f %9.2f %9d%n"
                  .formatted(
                      name,
                      samples.size(),
                      work.count() / wall,
                      work.count() / bestWall,
                      wall,
                      bestWall,
                      median(samples, Sample::cpuNanos) / 1e9 / gibibytes,
                      minimum(samples, Sample::cpuNanos) / 1e9 / gibibytes,
                      median(samples, Sample::peakRssBytes) >> 20));
        });
    return out.toString();
  }

  /** A row for RESULTS.md: medians, the best run in brackets. */
  String row(String what, String command, String target) {
    List<String> figures = new ArrayList<>();
    byContestant.forEach(
        (name, samples) ->
            figures.add(
                "%s %.2f CPU-s/GiB, %,.0f %s/s (%,.0f), %d MiB"
                    .formatted(
                        name,
                        median(samples, Sample::cpuNanos) / 1e9 / gibibytes,
                        work.count() / (median(samples, Sample::wallNanos) / 1e9),
                        work.name(),
                        work.count() / (minimum(samples, Sample::wallNanos) / 1e9),
                        median(samples, Sample::peakRssBytes) >> 20)));
    return "| %s | %s | `%s` | %s | %s |"
        .formatted(
            LocalDate.now(ZoneOffset.UTC), what, command, String.join("; ", figures), target);
  }
}
