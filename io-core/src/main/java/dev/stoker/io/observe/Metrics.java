package dev.stoker.io.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The registry: metrics by name and one label, the origin they are about. Asking for one makes it.
 * Names follow Prometheus ({@code _total}, {@code _bytes}, {@code _seconds}). Thread-safe.
 */
public final class Metrics {
  /**
   * What a metric is called.
   *
   * @param origin empty for one that is about the whole process
   */
  public record Name(String name, String help, String origin) implements Comparable<Name> {
    @Override
    public int compareTo(Name other) {
      int byName = name.compareTo(other.name);
      return byName != 0 ? byName : origin.compareTo(other.origin);
    }
  }

  /** Is shown every metric, by name. */
  public interface Visitor {
    void counter(Name name, long value);

    void gauge(Name name, long value);

    void latency(Name name, LatencyRecorder recorder);
  }

  private final Map<Name, LongAdder> counters = new ConcurrentSkipListMap<>();
  private final Map<Name, LongSupplier> gauges = new ConcurrentSkipListMap<>();
  private final Map<Name, LatencyRecorder> latencies = new ConcurrentSkipListMap<>();

  /** A number that only grows. */
  public LongAdder counter(String name, String help, String origin) {
    return counters.computeIfAbsent(new Name(name, help, origin), key -> new LongAdder());
  }

  public LatencyRecorder latency(String name, String help, String origin) {
    return latencies.computeIfAbsent(new Name(name, help, origin), key -> new LatencyRecorder());
  }

  /** A number that is read when somebody looks; a later one of the same name replaces it. */
  public void gauge(String name, String help, LongSupplier value) {
    gauges.put(new Name(name, help, ""), value);
  }

  public void visit(Visitor visitor) {
    counters.forEach((name, value) -> visitor.counter(name, value.sum()));
    gauges.forEach((name, value) -> visitor.gauge(name, value.getAsLong()));
    latencies.forEach(visitor::latency);
  }
}
