package dev.stoker.agent.usage;

import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.GpuLoad;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks drivers what GPUs are at, in a thread of its own: a GPU that fell off its bus answers after
 * minutes or never, and nobody may wait for that. Sleeps while nobody wants to know. Thread-safe.
 */
final class GpuMeter implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(4);

  /** What is older says nothing of now. */
  private static final long FRESH_NANOS = Duration.ofSeconds(30).toNanos();

  private record Reading(GpuLoad load, long nanos) {}

  private final Function<Gpu, GpuLoad> driver;
  private final Map<Gpu, Integer> wanted = new ConcurrentHashMap<>();
  private final Map<Gpu, Reading> latest = new ConcurrentHashMap<>();
  private @Nullable Thread thread; // guarded by this

  GpuMeter(Function<Gpu, GpuLoad> driver) {
    this.driver = driver;
  }

  /** Somebody wants to know of it from now on. */
  synchronized void want(Gpu gpu) {
    wanted.merge(gpu, 1, Integer::sum);
    if (thread == null) {
      thread = Thread.ofPlatform().name("gpu-meter").daemon().start(this::run);
    }
    notifyAll();
  }

  void forget(Gpu gpu) {
    wanted.computeIfPresent(gpu, (one, users) -> users == 1 ? null : users - 1);
  }

  /** What it was at a moment ago. */
  GpuLoad latest(Gpu gpu) {
    Reading reading = latest.get(gpu);
    return reading == null || System.nanoTime() - reading.nanos() > FRESH_NANOS
        ? GpuLoad.UNKNOWN
        : reading.load();
  }

  private void run() {
    try {
      while (true) {
        awaitWanted();
        for (Gpu gpu : wanted.keySet()) {
          latest.put(gpu, new Reading(driver.apply(gpu), System.nanoTime()));
        }
        Thread.sleep(EVERY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void awaitWanted() throws InterruptedException {
    while (wanted.isEmpty()) {
      wait();
    }
  }

  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.interrupt(); // a driver that does not answer does not hear it; the thread is a daemon
    }
  }
}
