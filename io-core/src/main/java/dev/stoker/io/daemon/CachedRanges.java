package dev.stoker.io.daemon;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.asset.Reader;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.fetch.BufferPool;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.fetch.RangeSink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Gets ranges through the cache: what is there from the node's disk, what is not from the origin,
 * and then it is there. What the cache may not keep comes straight from the origin.
 *
 * <p>A range is read in windows, several at a time, each on a virtual thread with a buffer of one
 * bounded pool. The caller has listed what it asks for with the project's credentials.
 *
 * <p>Thread-safe.
 */
final class CachedRanges implements RangeFetcher, AutoCloseable {
  private static final int UNIT_BYTES = 64 << 10;

  /** Large enough that a cold window is a request worth making, small enough for eight of them. */
  private static final int LARGEST_WINDOW_BYTES = 4 << 20;

  private final BlockCache cache;
  private final RangeFetcher origins;
  private final String project;
  private final BufferPool pool;
  private final Semaphore free;
  private final int windowBytes;
  private final long originBytesBefore;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("cached range ", 0).factory());

  /**
   * @param memoryBytes of buffers
   */
  CachedRanges(BlockCache cache, RangeFetcher origins, String project, long memoryBytes) {
    this.cache = cache;
    this.origins = origins;
    this.project = project;
    this.originBytesBefore = cache.usage().originBytes();
    this.pool = new BufferPool(memoryBytes);
    int units = (int) Math.min(1 << 20, pool.ceilingBytes() / UNIT_BYTES);
    this.free = new Semaphore(units, true);
    this.windowBytes =
        Math.min(LARGEST_WINDOW_BYTES, Integer.highestOneBit(units / 2) * UNIT_BYTES);
  }

  /** What origins sent the cache since this was made; others' share in it where some run. */
  long originBytes() {
    return cache.usage().originBytes() - originBytesBefore;
  }

  @Override
  public CompletableFuture<Void> fetch(
      PinnedAsset asset, ByteRange range, Priority priority, Deadline deadline, RangeSink sink) {
    if (!asset.info().version().cacheable()) {
      return origins.fetch(
          asset.readBy(new Reader(project, "copy")), range, priority, deadline, sink);
    }
    if (range.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    cache.grant(project, asset); // the caller listed it with the project's own credentials
    CachedAsset cached = cache.open(asset.readBy(new Reader(project, "copy")), project, deadline);
    List<CompletableFuture<Void>> windows = new ArrayList<>();
    for (long at = range.offset(); at < range.end(); at += windowBytes) {
      ByteRange window = ByteRange.between(at, Math.min(range.end(), at + windowBytes));
      windows.add(
          CompletableFuture.runAsync(() -> deliver(cached, window, deadline, sink), threads));
    }
    return CompletableFuture.allOf(windows.toArray(CompletableFuture<?>[]::new));
  }

  private void deliver(CachedAsset asset, ByteRange window, Deadline deadline, RangeSink sink) {
    int length = (int) window.lengthBytes();
    int units = Integer.highestOneBit(2 * ((length + UNIT_BYTES - 1) / UNIT_BYTES) - 1);
    try {
      if (!free.tryAcquire(units, deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw new IoFailure.TimedOut("Gave up reading " + asset + " at its deadline.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Reading " + asset + " was canceled.");
    }
    try {
      BufferPool.Lease lease = pool.tryTake(length, Priority.DEMAND);
      if (lease == null) {
        throw new IoFailure.Canceled("Reading " + asset + " was canceled.");
      }
      try {
        asset.read(window, lease.buffer().limit(length), deadline);
        sink.accept(window.offset(), lease.buffer().flip());
      } finally {
        lease.release();
      }
    } finally {
      free.release(units);
    }
  }

  /** Gives up what is under way and waits for its threads. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
    pool.close();
  }
}
