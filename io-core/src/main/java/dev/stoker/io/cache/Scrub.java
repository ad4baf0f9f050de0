package dev.stoker.io.cache;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.FileStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads files that were laid out for others again and again, since nobody checks what the kernel
 * gives them. It reads as they do, through the page cache: what it sees is what they see.
 *
 * <p>Owns one thread, from {@link #start} to {@link #close}. A damaged file leaves the cache and is
 * reported by {@link BadGrains}.
 */
final class Scrub implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Scrub.class.getName());

  /** Between two looks at the clock; at 32 MiB/s it sleeps 32 times a second. */
  private static final long PACED_BYTES = 1 << 20;

  /** For a frame or a descriptor; the cache is busy if neither comes in time. */
  private static final Duration GRAIN_PATIENCE = Duration.ofSeconds(10);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

  private final Collection<Entry> entries;
  private final BadGrains bad;
  private final Verifier verifier;
  private final Trust trust;
  private final LongSupplier nanos;
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable Thread thread;

  /**
   * @param entries a live view
   * @param nanos the cache's clock; sleeping goes by the machine's
   */
  Scrub(
      Collection<Entry> entries,
      BadGrains bad,
      Verifier verifier,
      Trust trust,
      LongSupplier nanos) {
    this.entries = entries;
    this.bad = bad;
    this.verifier = verifier;
    this.trust = trust;
    this.nanos = nanos;
  }

  void start() {
    thread = Thread.ofPlatform().name("cache scrub").daemon().start(this::run);
  }

  private void run() {
    try {
      while (!closing.await(trust.scrubEvery().toNanos(), TimeUnit.NANOSECONDS)) {
        pass();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads every file that others read past us, once. */
  void pass() throws InterruptedException {
    List<Entry> exposed = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.links.isReadPastUs()) {
        exposed.add(entry);
      }
    }
    exposed.stream().map(entry -> entry.disk).distinct().forEach(disk -> disk.lost.trySweep());
    for (Entry entry : exposed) {
      try {
        check(entry);
      } catch (IoFailure.TimedOut e) {
        LOG.log(System.Logger.Level.WARNING, "A scrub skipped a file: {0}", e.getMessage());
      }
      if (closing.getCount() == 0) {
        return;
      }
    }
  }

  private void check(Entry entry) throws InterruptedException {
    long since = nanos.getAsLong();
    if (bad.wasChangedByOthers(entry, Deadline.after(GRAIN_PATIENCE))) {
      return;
    }
    FileStatus stamp = verifier.stamp(entry, Deadline.after(GRAIN_PATIENCE));
    boolean holds = stamp != null;
    long startNanos = System.nanoTime();
    long readBytes = 0;
    for (int grain = verifier.nextPresent(entry, 0, Deadline.after(GRAIN_PATIENCE)); grain >= 0; ) {
      holds &= verifier.check(entry, grain, Deadline.after(GRAIN_PATIENCE));
      int bytes = Grain.length(grain, entry.lengthBytes);
      if (readBytes / PACED_BYTES != (readBytes + bytes) / PACED_BYTES) {
        long dueNanos = (readBytes + bytes) * 1_000_000_000L / trust.scrubBytesPerSecond();
        if (closing.await(startNanos + dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          return;
        }
      }
      readBytes += bytes;
      grain = verifier.nextPresent(entry, grain + 1, Deadline.after(GRAIN_PATIENCE));
    }
    if (holds) {
      entry.verifiedStamp = stamp;
      entry.verifiedAtNanos = since; // of a file that is not complete nobody asks
    }
  }

  @Override
  public void close() {
    closing.countDown();
    Thread running = thread;
    if (running == null) {
      return;
    }
    try {
      if (!running.join(CLOSE_PATIENCE)) {
        LOG.log(System.Logger.Level.ERROR, "A disk of the cache hangs; its scrub does not end.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
