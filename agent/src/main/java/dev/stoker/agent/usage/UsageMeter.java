package dev.stoker.agent.usage;

import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.GpuLoad;
import dev.stoker.controller.protocol.TaskUsage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one attempt takes, from when it is made until it is closed. Sampled by its {@link
 * UsageSampler}; any thread may ask. Counters start at zero with it, whatever its session's
 * processes took for earlier attempts.
 */
public final class UsageMeter implements AutoCloseable {
  private final Subject subject;
  private final GpuMeter gpus;
  private final Runnable whenClosed;
  private final ReentrantLock lock = new ReentrantLock(); // guards what follows up to usage
  private final TreeSample sample;
  private final long startTicks;
  private final double cpuBefore;
  private final long readBefore;
  private final long writtenBefore;
  private final Stillness stillness;
  private long atNanos;
  private double cpuThen;
  private long peakBytes;
  private long peakGpuBytes = -1;
  private boolean warned;
  private boolean ended;
  private volatile TaskUsage usage = new TaskUsage(0, 0, 0, 0, 0, 0, -1, -1, -1, 0, 0);
  private final AtomicLong reportedPeakBytes = new AtomicLong();
  private final AtomicBoolean progressed = new AtomicBoolean();
  private volatile Duration patience;

  /**
   * Whose use is measured.
   *
   * @param shim number of the process above all of the session's
   * @param groups control groups that hold the session's processes and no others; may be empty
   * @param gpus what it has of them
   * @param patience how long it may do nothing at first; zero: for ever
   * @param hears told of long silence
   */
  public record Subject(
      long shim, List<Path> groups, List<Gpu> gpus, Duration patience, Hears hears) {
    public Subject {
      groups = List.copyOf(groups);
      gpus = List.copyOf(gpus);
    }
  }

  /** Who is told, by the sampler's thread; must not block. */
  public interface Hears {
    /** It has done nothing for a third of its patience. */
    void still(Duration since, String doing);

    /** Its patience is over. */
    void stalled(Duration since, String doing);
  }

  UsageMeter(Path proc, Subject subject, GpuMeter gpus, Runnable whenClosed, long nowNanos) {
    this.subject = subject;
    this.patience = subject.patience();
    this.gpus = gpus;
    this.whenClosed = whenClosed;
    this.sample = new TreeSample(proc, subject.shim(), subject.groups());
    this.startTicks = sample.ticksSinceBoot();
    this.stillness = new Stillness(nowNanos);
    sample.look(Long.MAX_VALUE);
    this.cpuBefore = sample.cpuSeconds();
    this.readBefore = sample.readBytes();
    this.writtenBefore = sample.writtenBytes();
    this.cpuThen = cpuBefore;
    this.atNanos = nowNanos;
    stillness.saw(nowNanos, cpuBefore, readBefore + writtenBefore, -1, false);
    subject.gpus().forEach(gpus::want);
  }

  /** How long it may do nothing from now on; zero: for ever. */
  public void patience(Duration longest) {
    patience = longest;
  }

  /** What it takes, as of the last sample. */
  public TaskUsage usage() {
    return usage;
  }

  /** The renderer said that it came further. */
  public void progressed() {
    progressed.set(true);
  }

  /** The renderer said how much memory it took at most. */
  public void reportedPeak(long bytes) {
    reportedPeakBytes.accumulateAndGet(bytes, Math::max);
  }

  /** Looks anew; blocks on the kernel's own files only. */
  void sample(long nowNanos) {
    lock.lock();
    try {
      if (!ended) {
        look(nowNanos);
        watch(nowNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void look(long nowNanos) {
    sample.look(startTicks);
    peakBytes = Math.max(peakBytes, Math.max(sample.memoryBytes(), sample.highestBytes()));
    double seconds = (nowNanos - atNanos) / 1e9;
    double cpus = seconds <= 0 ? 0 : (sample.cpuSeconds() - cpuThen) / seconds;
    cpuThen = sample.cpuSeconds();
    atNanos = nowNanos;
    long gpuBytes = gpuBytes();
    peakGpuBytes = Math.max(peakGpuBytes, gpuBytes);
    usage =
        new TaskUsage(
            Math.max(0, sample.cpuSeconds() - cpuBefore),
            Math.max(0, cpus),
            sample.memoryBytes(),
            peakBytes,
            Math.max(0, sample.readBytes() - readBefore),
            Math.max(0, sample.writtenBytes() - writtenBefore),
            gpuFraction(),
            gpuBytes,
            peakGpuBytes,
            reportedPeakBytes.get(),
            sample.processes());
  }

  private double gpuFraction() {
    double sum = 0;
    int known = 0;
    for (Gpu gpu : subject.gpus()) {
      double busy = gpus.latest(gpu).busy();
      if (busy >= 0) {
        sum += busy;
        known++;
      }
    }
    return known == 0 ? -1 : sum / known;
  }

  /**
   * By process where the driver says; a slot's GPUs are its own, so else all that is used there.
   */
  private long gpuBytes() {
    long sum = -1;
    for (Gpu gpu : subject.gpus()) {
      GpuLoad load = gpus.latest(gpu);
      long ours = -1;
      for (int i = 0; i < sample.processes(); i++) {
        Long bytes = load.bytesByProcess().get(sample.pid(i));
        ours = bytes == null ? ours : Math.max(0, ours) + bytes;
      }
      ours = ours < 0 && load.bytesByProcess().isEmpty() ? load.usedBytes() : Math.max(0, ours);
      sum = ours < 0 ? sum : Math.max(0, sum) + ours;
    }
    return sum;
  }

  private void watch(long nowNanos) {
    boolean blind = subject.gpus().stream().anyMatch(gpu -> gpus.latest(gpu).busy() < 0);
    stillness.saw(
        nowNanos,
        sample.cpuSeconds(),
        sample.readBytes() + sample.writtenBytes(),
        usage.gpuFraction(),
        blind);
    if (progressed.getAndSet(false)) {
      stillness.progressed(nowNanos);
    }
    Duration longest = patience;
    Duration since = stillness.lasts(nowNanos);
    if (longest.isZero()) {
      return;
    }
    if (since.compareTo(longest) >= 0) {
      ended = true;
      subject.hears().stalled(since, sample.doing());
    } else if (since.compareTo(longest.dividedBy(3)) < 0) {
      warned = false;
    } else if (!warned) {
      warned = true;
      subject.hears().still(since, sample.doing());
    }
  }

  /** Takes a last sample; what has ended is in the counters of the shim. */
  @Override
  public void close() {
    lock.lock();
    try {
      ended = true;
      look(System.nanoTime());
    } finally {
      lock.unlock();
    }
    subject.gpus().forEach(gpus::forget);
    whenClosed.run();
  }
}
