package dev.stoker.benchmarks.peers;

import java.util.List;

/**
 * What one run cost.
 *
 * @param contest what was to be done, such as {@code b1 1 GiB}
 * @param contestant who did it
 * @param wallNanos from its start to its end
 * @param cpuNanos user and system time of its process and their children
 * @param peakRssBytes of the largest of its processes
 */
record Sample(String contest, String contestant, long wallNanos, long cpuNanos, long peakRssBytes) {
  String toLine() {
    return String.join(
        "\t",
        List.of(
            contest,
            contestant,
            Long.toString(wallNanos),
            Long.toString(cpuNanos),
            Long.toString(peakRssBytes)));
  }

  static Sample fromLine(String line) {
    String[] words = line.split("\t", -1);
    return new Sample(
        words[0],
        words[1],
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]));
  }
}
