package dev.stoker.controller.observe;

import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.store.LeaseState;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What a controller counts, and all of it as Prometheus reads it. Thread-safe. */
public final class ControllerMetrics {
  /** Of what {@link #text} gives. */
  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  /** From an answer out of memory to a long poll that ran its time, in seconds. */
  private static final double[] CALL_SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
  };

  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Histogram calls =
      Histogram.builder()
          .name("stoker_controller_call_seconds")
          .help("Calls that were answered, by path and status; lease and watch are long polls")
          .labelNames("call", "status")
          .classicOnly()
          .classicUpperBounds(CALL_SECONDS)
          .register(registry);
  private final Histogram writes =
      Histogram.builder()
          .name("stoker_controller_database_write_seconds")
          .help("From a change's start to its being durable, its wait for others included")
          .classicOnly()
          .classicUpperBounds(CALL_SECONDS)
          .register(registry);
  private final Histogram reads =
      Histogram.builder()
          .name("stoker_controller_database_read_seconds")
          .help("Questions to the database, the wait for a connection included")
          .classicOnly()
          .classicUpperBounds(CALL_SECONDS)
          .register(registry);
  private final Counter failures =
      Counter.builder()
          .name("stoker_controller_database_failures_total")
          .help("Changes and questions that the database or an overload failed")
          .register(registry);
  private final Counter granted =
      Counter.builder()
          .name("stoker_controller_leases_granted_total")
          .help("Leases that this controller gave out; recovery carries a granted manifest out")
          .labelNames("kind")
          .register(registry);
  private final Counter ended =
      Counter.builder()
          .name("stoker_controller_leases_ended_total")
          .help("Leases that ended here: finished by a report, expired in silence, or revoked")
          .labelNames("how")
          .register(registry);
  private final Counter finished =
      Counter.builder()
          .name("stoker_controller_finishes_total")
          .help("Finish reports that were acknowledged, repeated ones included")
          .labelNames("outcome")
          .register(registry);

  public ControllerMetrics() {
    // Series that are there from the start let rates begin at zero.
    for (String kind : new String[] {"ordinary", "recovery"}) {
      granted.initLabelValues(kind);
    }
    for (LeaseState state : LeaseState.values()) {
      if (!state.isLive()) {
        ended.initLabelValues(word(state));
      }
    }
    for (Finish.Outcome outcome : Finish.Outcome.values()) {
      finished.initLabelValues(word(outcome));
    }
  }

  /** Where further collectors register. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /**
   * A call was answered.
   *
   * @param call method and path, with {@code {name}} for what varies: few of them
   */
  public void answered(String call, int status, long nanos) {
    calls.labelValues(call, Integer.toString(status)).observe((double) nanos / NANOS);
  }

  public void finished(Finish.Outcome outcome) {
    finished.labelValues(word(outcome)).inc();
  }

  void granted(boolean recovery) {
    granted.labelValues(recovery ? "recovery" : "ordinary").inc();
  }

  void ended(LeaseState how) {
    ended.labelValues(word(how)).inc();
  }

  void wrote(long nanos, boolean failed) {
    writes.observe((double) nanos / NANOS);
    if (failed) {
      failures.inc();
    }
  }

  void read(long nanos, boolean failed) {
    reads.observe((double) nanos / NANOS);
    if (failed) {
      failures.inc();
    }
  }

  /** Counts what somebody else adds up. */
  public void count(String name, String help, LongAdder adder) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call((double) adder.sum()))
        .register(registry);
  }

  /** Everything, as text in UTF-8. */
  public byte[] text() {
    var out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("An array takes everything.", e);
    }
    return out.toByteArray();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
