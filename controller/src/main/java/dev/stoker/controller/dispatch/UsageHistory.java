package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Farm;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.TaskUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a node said of itself in the last half hour: about 3 KB for each of 4,000 nodes. Lives in
 * memory. Thread-safe.
 */
final class UsageHistory {
  private static final Duration SPAN = Duration.ofSeconds(20);
  private static final int SPANS = 90;

  private static final double NONE = -1;

  /** Means over the spans, in a ring; a span without a number holds {@link #NONE}. */
  private static final class Series {
    final float[] means = new float[SPANS];
    float sum;
    int count;

    Series() {
      Arrays.fill(means, (float) NONE);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private final Map<String, Series> series = new HashMap<>();
  private long current = -1;
  private long firstSpan = -1;
  private Heartbeat.NodeStatus last;
  private long lastNanos;

  private long lastReadBytes = -1;
  private long lastWrittenBytes = -1;

  UsageHistory(Heartbeat.NodeStatus first, List<Heartbeat.Held> leases, long nanos) {
    last = first;
    lastNanos = nanos;
    add(first, leases, nanos);
  }

  void add(Heartbeat.NodeStatus status, List<Heartbeat.Held> leases, long nanos) {
    lock.lock();
    try {
      advance(Math.floorDiv(nanos, SPAN.toNanos()));
      double seconds = (nanos - lastNanos) / 1e9;
      if (seconds > 0.5) {
        // Counters start anew with their process.
        rate("cached", status.cacheHitBytes() - last.cacheHitBytes(), seconds);
        rate("origin", status.cacheMissBytes() - last.cacheMissBytes(), seconds);
        network(status.machine(), last.machine(), seconds);
        last = status;
        lastNanos = nanos;
        tasks(leases, seconds);
      }
      Heartbeat.MachineUsage machine = status.machine();
      if (machine != null && machine.cpuFraction() >= 0) {
        note("cpu", machine.cpuFraction() * 100);
      }
      if (machine != null) {
        note("memory", (double) machine.memoryBytes());
      }
    } finally {
      lock.unlock();
    }
  }

  private void network(
      Heartbeat.@Nullable MachineUsage now,
      Heartbeat.@Nullable MachineUsage before,
      double seconds) {
    if (now != null && before != null) {
      rate("received", now.receivedBytes() - before.receivedBytes(), seconds);
      rate("sent", now.sentBytes() - before.sentBytes(), seconds);
    }
  }

  /** What the tasks take together; sums that shrink belong to tasks that ended. */
  private void tasks(List<Heartbeat.Held> leases, double seconds) {
    double gpu = -1;
    long read = 0;
    long written = 0;
    boolean any = false;
    for (Heartbeat.Held held : leases) {
      TaskUsage usage = held.usage();
      if (usage != null) {
        any = true;
        gpu = Math.max(gpu, usage.gpuFraction());
        read += usage.readBytes();
        written += usage.writtenBytes();
      }
    }
    if (gpu >= 0) {
      note("gpu", gpu * 100);
    }
    if (any && lastReadBytes >= 0) {
      rate("diskRead", read - lastReadBytes, seconds);
      rate("diskWritten", written - lastWrittenBytes, seconds);
    }
    lastReadBytes = any ? read : -1;
    lastWrittenBytes = any ? written : -1;
  }

  private void rate(String name, long bytes, double seconds) {
    if (bytes >= 0) {
      note(name, bytes / seconds);
    }
  }

  private void note(String name, double value) {
    Series one = series.computeIfAbsent(name, ignored -> new Series());
    one.sum += (float) value;
    one.count++;
    one.means[Math.floorMod(current, SPANS)] = one.sum / one.count;
  }

  private void advance(long span) {
    if (current < 0 || span - current > SPANS) {
      firstSpan = span;
      current = span;
      series.clear();
      return;
    }
    while (current < span) {
      current++;
      for (Series one : series.values()) {
        one.sum = 0;
        one.count = 0;
        one.means[Math.floorMod(current, SPANS)] = (float) NONE;
      }
    }
  }

  Farm.History view(long nanos) {
    lock.lock();
    try {
      advance(Math.floorDiv(nanos, SPAN.toNanos()));
      Map<String, List<Double>> all = new LinkedHashMap<>();
      series.forEach((name, one) -> all.put(name, values(one)));
      return new Farm.History((int) SPAN.toSeconds(), all);
    } finally {
      lock.unlock();
    }
  }

  private List<Double> values(Series one) {
    List<Double> values = new ArrayList<>();
    for (long span = Math.max(firstSpan, current - SPANS + 1); span <= current; span++) {
      double value = one.means[Math.floorMod(span, SPANS)];
      values.add(Math.round(value * 10) / 10.0);
    }
    return values;
  }
}
