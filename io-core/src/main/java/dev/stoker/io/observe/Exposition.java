package dev.stoker.io.observe;

import dev.stoker.io.observe.Metrics.Name;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The metrics of a registry as Prometheus reads them: counters and gauges as they are, latencies as
 * histograms of seconds. May be registered in a {@code PrometheusRegistry} beside others, or
 * written alone. Thread-safe.
 */
public final class Exposition implements MultiCollector {
  /** Of what {@link #text} gives. */
  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  /** From a read out of memory to a request that an origin held for a while, in seconds. */
  private static final double[] BOUNDS_SECONDS = {
    0.00001, 0.0001, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
  };

  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Metrics metrics;

  public Exposition(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public MetricSnapshots collect() {
    var families = new Families();
    metrics.visit(families);
    return families.snapshots();
  }

  /** All metrics in Prometheus' text format, UTF-8. */
  public byte[] text() {
    return text(collect());
  }

  /** What was collected, however, in Prometheus' text format, UTF-8. */
  public static byte[] text(MetricSnapshots snapshots) {
    var out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, snapshots);
    } catch (IOException e) {
      throw new UncheckedIOException("An array takes everything.", e);
    }
    return out.toByteArray();
  }

  /** Gathers the metrics of one name, which differ in their origin, into one family. */
  private static final class Families implements Metrics.Visitor {
    private final Map<String, CounterSnapshot.Builder> counters = new TreeMap<>();
    private final Map<String, GaugeSnapshot.Builder> gauges = new TreeMap<>();
    private final Map<String, HistogramSnapshot.Builder> latencies = new TreeMap<>();

    @Override
    public void counter(Name name, long value) {
      String base = name.name().replaceFirst("_total$", "");
      counters
          .computeIfAbsent(base, key -> CounterSnapshot.builder().name(key).help(name.help()))
          .dataPoint(
              CounterSnapshot.CounterDataPointSnapshot.builder()
                  .value((double) value)
                  .labels(labels(name))
                  .build());
    }

    @Override
    public void gauge(Name name, long value) {
      gauges
          .computeIfAbsent(name.name(), key -> GaugeSnapshot.builder().name(key).help(name.help()))
          .dataPoint(
              GaugeSnapshot.GaugeDataPointSnapshot.builder()
                  .value((double) value)
                  .labels(labels(name))
                  .build());
    }

    @Override
    public void latency(Name name, LatencyRecorder recorder) {
      latencies
          .computeIfAbsent(
              name.name(), key -> HistogramSnapshot.builder().name(key).help(name.help()))
          .dataPoint(point(recorder.snapshot(), labels(name)));
    }

    private static HistogramDataPointSnapshot point(Histogram histogram, Labels labels) {
      ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
      long below = 0;
      for (double bound : BOUNDS_SECONDS) {
        long upToHere = histogram.getCountBetweenValues(0, Math.round(bound * NANOS));
        buckets.bucket(bound, upToHere - below);
        below = upToHere;
      }
      buckets.bucket(Double.POSITIVE_INFINITY, histogram.getTotalCount() - below);
      return HistogramDataPointSnapshot.builder()
          .classicHistogramBuckets(buckets.build())
          .sum(histogram.getMean() * histogram.getTotalCount() / NANOS)
          .labels(labels)
          .build();
    }

    private static Labels labels(Name name) {
      return name.origin().isEmpty() ? Labels.EMPTY : Labels.of("origin", name.origin());
    }

    MetricSnapshots snapshots() {
      MetricSnapshots.Builder all = MetricSnapshots.builder();
      counters.values().forEach(family -> all.metricSnapshot(family.build()));
      gauges.values().forEach(family -> all.metricSnapshot(family.build()));
      latencies.values().forEach(family -> all.metricSnapshot(family.build()));
      return all.build();
    }
  }
}
