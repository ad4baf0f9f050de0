package dev.stoker.agent.usage;

import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.GpuLoad;
import dev.stoker.agent.node.GpuLoads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Samples all meters of a node in one thread, which sleeps while there are none. Thread-safe. */
public final class UsageSampler implements AutoCloseable {
  private static final Path PROC = Path.of("/proc");

  /** A peak between two samples is missed where no process outlives it; two are cheap. */
  private static final Duration EVERY = Duration.ofSeconds(2);

  /** Sampling takes this part of a CPU at most, however many processes there are. */
  private static final int MOST_PART = 100;

  /** Time that passes is not time that is spent: a look on a crowded machine waits for its turn. */
  private static final int LONGEST_PAUSES = 5;

  private final Duration every;
  private final GpuMeter gpus;
  private final Set<UsageMeter> meters = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private volatile boolean closed;

  UsageSampler(Duration every, Function<Gpu, GpuLoad> driver) {
    this.every = every;
    this.gpus = new GpuMeter(driver);
    this.thread = Thread.ofPlatform().name("usage").daemon().unstarted(this::run);
  }

  /** Starts one for this machine. */
  public static UsageSampler start() {
    UsageSampler sampler = new UsageSampler(EVERY, GpuLoads.installed()::read);
    sampler.thread.start();
    return sampler;
  }

  /** Starts one that samples so often, for tests. */
  static UsageSampler start(Duration every, Function<Gpu, GpuLoad> driver) {
    UsageSampler sampler = new UsageSampler(every, driver);
    sampler.thread.start();
    return sampler;
  }

  /** Measures what a session takes from now on, until the meter is closed. */
  public UsageMeter measure(UsageMeter.Subject subject) {
    UsageMeter[] own = new UsageMeter[1];
    UsageMeter meter =
        new UsageMeter(PROC, subject, gpus, () -> meters.remove(own[0]), System.nanoTime());
    own[0] = meter;
    meters.add(meter);
    LockSupport.unpark(thread);
    return meter;
  }

  private void run() {
    while (!closed) {
      long startNanos = System.nanoTime();
      for (UsageMeter meter : meters) {
        meter.sample(System.nanoTime());
      }
      long tookNanos = System.nanoTime() - startNanos;
      if (meters.isEmpty()) {
        LockSupport.park(this);
      } else {
        // A new meter wakes it up early: its first sample comes at once.
        LockSupport.parkNanos(this, pauseNanos(tookNanos));
      }
    }
  }

  private long pauseNanos(long tookNanos) {
    long shortest = every.toNanos();
    return Math.clamp(tookNanos * MOST_PART, shortest, shortest * LONGEST_PAUSES);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    gpus.close();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
