package dev.stoker.io.fetch;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.SourceOpener;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Gets ranges of assets from their origins.
 *
 * <p>What each origin is asked for, in which order and how much at once, its {@link OriginQueue}
 * decides. The engine owns what all origins share: the buffers, the threads that hand bytes to
 * sinks, and the timer. Requests are started by whoever made them possible (a caller, an answer
 * that came in), so that a freed connection is busy again before its last answer was even written.
 *
 * <p>Thread-safe. Futures end on a sink thread or on the timer's.
 */
public final class FetchEngine implements RangeFetcher, AutoCloseable {
  private static final long STOP_TIMEOUT_SECONDS = 5;

  private final SourceOpener sources;
  private final FetchOptions options;
  private final Metrics metrics;
  private final BufferPool pool;
  private final SinkThreads sinks;
  private final ScheduledThreadPoolExecutor timer;
  private final Map<String, OriginQueue> queues = new ConcurrentHashMap<>();
  private final Callbacks callbacks = new Callbacks();
  private final Backoff backoff = new Backoff(new Random());
  private volatile boolean closed;

  /**
   * @param sources opens trees, such as {@link dev.stoker.io.source.Sources#open}
   */
  public FetchEngine(
      Function<AssetUri, AssetSource> sources, FetchOptions options, Metrics metrics) {
    this((tree, project) -> sources.apply(tree), options, metrics);
  }

  /**
   * @param sources opens trees with the credentials of {@link PinnedAsset#reader()}'s project
   */
  public FetchEngine(SourceOpener sources, FetchOptions options, Metrics metrics) {
    this.sources = sources;
    this.options = options;
    this.metrics = metrics;
    this.pool = new BufferPool(options.memoryBytes());
    this.sinks = new SinkThreads(options.sinkThreads(), this::memoryFreed);
    pool.onGivenBack(this::memoryFreed);
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("stoker-fetch-timer").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
    metrics.gauge("stoker_fetch_buffer_bytes", "Memory of fetch buffers", pool::allocatedBytes);
  }

  @Override
  public CompletableFuture<Void> fetch(
      PinnedAsset asset, ByteRange range, Priority priority, Deadline deadline, RangeSink sink) {
    return fetch(asset.reader().share(), asset, range, priority, deadline, sink);
  }

  /**
   * The same engine for one owner (a mount, a test) in place of each asset's {@link
   * dev.stoker.io.asset.Reader#share}: owners get equal shares of each origin.
   */
  public RangeFetcher forOwner(String owner) {
    return (asset, range, priority, deadline, sink) ->
        fetch(owner, asset, range, priority, deadline, sink);
  }

  private CompletableFuture<Void> fetch(
      String owner,
      PinnedAsset asset,
      ByteRange range,
      Priority priority,
      Deadline deadline,
      RangeSink sink) {
    if (range.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    Want want = new Want(asset, range, priority, owner, deadline, sink);
    try {
      requireFetchable(asset, range);
      AssetSource source = sources.open(asset.tree(), asset.reader().project());
      OriginQueue queue = queueOf(source.origin());
      want.timer =
          timer.schedule(
              () -> timedOut(want, queue), deadline.remainingNanos(), TimeUnit.NANOSECONDS);
      Future<?> wantTimer = want.timer;
      var _ =
          want.future.whenComplete(
              (nothing, failure) -> {
                wantTimer.cancel(false);
                if (failure != null) {
                  queue.drop(want);
                }
              });
      queue.submit(want, source);
    } catch (RejectedExecutionException e) {
      want.future.completeExceptionally(stopping());
    } catch (IoFailure e) {
      want.future.completeExceptionally(e);
    }
    return want.future;
  }

  private void requireFetchable(PinnedAsset asset, ByteRange range) {
    if (closed) {
      throw stopping();
    }
    long length = asset.info().lengthBytes();
    if (range.end() > length) {
      throw new IoFailure.Invalid(
          "Cannot read " + asset + " up to " + range.end() + ": it has " + length + " bytes.");
    }
    if (asset.info().version().readWhole() && length > BufferPool.MAX_BYTES) {
      throw new IoFailure.Invalid(
          "Cannot read "
              + asset
              + ": the server says neither ETag nor Last-Modified, so that it must be read in one"
              + " piece, and it has more than 16 MiB; use a server that tells versions.");
    }
  }

  private static IoFailure.Canceled stopping() {
    return new IoFailure.Canceled("Stopped fetching: Stoker is stopping.");
  }

  private void timedOut(Want want, OriginQueue queue) {
    IoFailure last = queue.lastFailure();
    want.future.completeExceptionally(
        new IoFailure.TimedOut(
            "Gave up reading "
                + want.asset
                + " at its deadline; "
                + (last == null
                    ? "the origin is slow or hangs."
                    : "the origin's last failure was: " + last.getMessage())));
  }

  private OriginQueue queueOf(String origin) {
    return queues.computeIfAbsent(
        origin,
        name ->
            new OriginQueue(
                name,
                options.bytesPerSecond().getOrDefault(name, 0L),
                options.fixedRequests() == 0
                    ? new ConcurrencyLimit()
                    : ConcurrencyLimit.fixed(options.fixedRequests()),
                callbacks));
  }

  private void memoryFreed() {
    for (OriginQueue queue : queues.values()) {
      if (queue.waitsForMemory()) {
        queue.pump();
      }
    }
  }

  /** How each origin is doing. */
  public List<OriginState> origins() {
    return queues.values().stream().map(OriginQueue::state).toList();
  }

  /** The memory that all fetches share; its owner is this engine. */
  public BufferPool pool() {
    return pool;
  }

  /** Fails what is under way and joins all threads; sinks at work end first. */
  @Override
  public void close() {
    closed = true;
    timer.shutdownNow().forEach(task -> ((Future<?>) task).cancel(false));
    queues.values().forEach(queue -> queue.failAll(stopping()));
    try {
      boolean _ = timer.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sinks.close();
    pool.close();
  }

  private final class Callbacks implements QueueHost {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public BufferPool pool() {
      return pool;
    }

    @Override
    public Backoff backoff() {
      return backoff;
    }

    @Override
    public Future<?> later(long delayNanos, Runnable chore) {
      try {
        return timer.schedule(chore, delayNanos, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        // Stopping: what should have been done later is moot.
        return CompletableFuture.completedFuture(null);
      }
    }

    @Override
    public void soon(Runnable chore) {
      sinks.soon(chore);
    }

    @Override
    public long undeliveredBytes() {
      return sinks.undeliveredBytes();
    }

    @Override
    public void deliver(Delivery delivery) {
      sinks.deliver(delivery);
    }

    @Override
    public void deliverHere(Delivery delivery) {
      delivery.hand();
      delivery.tellTaken(sinks::soon);
    }

    @Override
    public void spliced(Delivery delivery) {
      delivery.tellSpliced();
      delivery.tellTaken(sinks::soon);
    }

    @Override
    public void answered(String origin, long bytes, long latencyNanos) {
      metrics.counter("stoker_origin_bytes_total", "Bytes received", origin).add(bytes);
      metrics
          .latency("stoker_origin_request_seconds", "Requests that were answered whole", origin)
          .record(latencyNanos);
    }

    @Override
    public void failed(String origin, Throwable failure) {
      metrics.counter("stoker_origin_failures_total", "Requests that failed", origin).add(1);
    }
  }
}
