package dev.stoker.io.selftest;

import java.util.List;

/**
 * What a self-test measured.
 *
 * @param rates how fast each part moves bytes in bulk
 * @param latencies how long single reads take, by tier
 * @param verdict which part is the bottleneck and what to do, in one sentence
 */
public record SelfTestReport(List<Rate> rates, List<Latency> latencies, String verdict) {
  public SelfTestReport {
    rates = List.copyOf(rates);
    latencies = List.copyOf(latencies);
  }

  /**
   * @param what was done, such as {@code disk write, O_DIRECT}
   * @param bytesPerSecond how fast
   */
  public record Rate(String what, long bytesPerSecond) {}

  /**
   * @param tier {@code ram}, {@code disk} or the origin
   * @param bytes of one read
   * @param count how many reads were measured
   */
  public record Latency(
      String tier,
      long bytes,
      long count,
      double p50Micros,
      double p95Micros,
      double p99Micros,
      double maxMicros) {}
}
