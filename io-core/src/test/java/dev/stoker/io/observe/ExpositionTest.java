package dev.stoker.io.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExpositionTest {
  private final Metrics metrics = new Metrics();
  private final Exposition exposition = new Exposition(metrics);

  private List<String> lines() {
    return new String(exposition.text(), StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aCounterKeepsItsNameAndItsOriginBecomesALabel() {
    metrics.counter("stoker_origin_bytes_total", "Bytes received", "blob://show").add(7);
    metrics.counter("stoker_origin_bytes_total", "Bytes received", "blob://frames").add(5);

    assertEquals(
        List.of(
            "# HELP stoker_origin_bytes_total Bytes received",
            "# TYPE stoker_origin_bytes_total counter",
            "stoker_origin_bytes_total{origin=\"blob://frames\"} 5.0",
            "stoker_origin_bytes_total{origin=\"blob://show\"} 7.0"),
        lines());
  }

  @Test
  void aGaugeIsReadWhenSomebodyLooks() {
    long[] value = {1};
    metrics.gauge("stoker_fetch_buffer_bytes", "Memory", () -> value[0]);
    value[0] = 2;

    assertTrue(lines().contains("stoker_fetch_buffer_bytes 2.0"));
  }

  @Test
  void latenciesAreAHistogramWhoseBucketsAddUp() {
    LatencyRecorder reads = metrics.latency("stoker_read_seconds", "Reads", "");
    reads.record(TimeUnit.MICROSECONDS.toNanos(400));
    reads.record(TimeUnit.MILLISECONDS.toNanos(40));
    reads.record(TimeUnit.SECONDS.toNanos(90));

    List<String> lines = lines();
    assertTrue(lines.contains("# TYPE stoker_read_seconds histogram"));
    assertTrue(lines.contains("stoker_read_seconds_bucket{le=\"0.001\"} 1"));
    assertTrue(lines.contains("stoker_read_seconds_bucket{le=\"0.05\"} 2"));
    assertTrue(lines.contains("stoker_read_seconds_bucket{le=\"60.0\"} 2"));
    assertTrue(lines.contains("stoker_read_seconds_bucket{le=\"+Inf\"} 3"));
    assertTrue(lines.contains("stoker_read_seconds_count 3"));
    String sum = lines.stream().filter(line -> line.contains("_sum")).findFirst().orElseThrow();
    // Two significant digits.
    assertEquals(90.04, Double.parseDouble(sum.substring(sum.indexOf(' '))), 0.9);
  }

  @Test
  void aRegistryOfPrometheusTakesItBesideOthers() {
    var registry = new PrometheusRegistry();
    registry.register(exposition);
    metrics.counter("stoker_things_total", "Things", "").increment();

    String text = new String(Exposition.text(registry.scrape()), StandardCharsets.UTF_8);
    assertTrue(text.contains("stoker_things_total 1.0"), text);
  }
}
