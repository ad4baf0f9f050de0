package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.AssetSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All that is wanted of one origin, and the requests in flight to it.
 *
 * <p>Wants become disjoint {@link Piece}s, shared by whoever wants the same bytes; pieces become
 * {@link Run}s when it is their turn: a long piece is cut to what one request should get, short
 * neighbours are joined. A want of higher priority lifts the stretch it needs, and only that, out
 * of a piece that is still queued.
 *
 * <p>Thread-safe: {@code lock} guards everything. Sources, sinks and futures are only called
 * outside, by way of {@link Chores}.
 */
final class OriginQueue {
  /** Corrupt answers come from broken servers, which do not mend while we wait. */
  private static final int MAX_CORRUPT_TRIES = 4;

  /** Hedging sooner than this chases the scheduler, not the origin. */
  private static final long MIN_HEDGE_NANOS = 10_000_000;

  private final String origin;
  private final Engine engine;
  private final ReentrantLock lock = new ReentrantLock();
  private final FairQueue queue = new FairQueue();
  private final Map<AssetPieces.Key, AssetPieces> assets = new HashMap<>();
  private final ConcurrencyLimit concurrency = new ConcurrencyLimit();
  private final LatencyWindow latencies = new LatencyWindow();
  private final HedgeBudget hedges = new HedgeBudget();
  private final Circuit circuit = new Circuit();
  private final RunSize runSize;
  private final RateCap rateCap;
  private int inFlight;
  private long answeredBytes;
  private boolean pumpScheduled;
  private boolean waitsForMemory;

  /** What a queue needs of the engine around it. */
  interface Engine {
    long nanoTime();

    BufferPool pool();

    Backoff backoff();

    /** Runs {@code chore} later, off the I/O threads; it must not block. */
    java.util.concurrent.Future<?> later(long delayNanos, Runnable chore);

    /** Runs {@code chore} on another thread, at once; it must not block. Never dropped. */
    void soon(Runnable chore);

    /** Hands bytes to their sinks, then releases the buffer. */
    void deliver(Delivery delivery);

    void answered(String origin, long bytes, long latencyNanos);

    void failed(String origin, Throwable failure);
  }

  OriginQueue(String origin, long capBytesPerSecond, Engine engine) {
    this.origin = origin;
    this.engine = engine;
    this.rateCap = new RateCap(capBytesPerSecond, engine.nanoTime());
    // Sixteen requests at least must fit into the memory, or concurrency could not pay.
    long share = Math.max(RunSize.GRAIN_BYTES, engine.pool().ceilingBytes() / 16);
    this.runSize = new RunSize((int) Math.min(BufferPool.MAX_BYTES, Long.highestOneBit(share)));
  }

  /** Takes a want on; {@code source} reads the want's asset. */
  void submit(Want want, AssetSource source) {
    Chores chores = new Chores();
    lock.lock();
    try {
      AssetPieces asset =
          assets.computeIfAbsent(
              AssetPieces.Key.of(want.asset), key -> new AssetPieces(key, want.asset, source));
      new PieceLayout(asset, queue).add(want);
      pump(chores);
    } finally {
      lock.unlock();
    }
    chores.run();
  }

  /** Nobody waits for this want any more. */
  void drop(Want want) {
    Chores chores = new Chores();
    lock.lock();
    try {
      detach(want, chores);
      pump(chores);
    } finally {
      lock.unlock();
    }
    chores.run();
  }

  /** Memory came back, or time passed. */
  void pump() {
    Chores chores = new Chores();
    lock.lock();
    try {
      pump(chores);
    } finally {
      lock.unlock();
    }
    chores.run();
  }

  /** Ends every want. */
  void failAll(IoFailure failure) {
    Chores chores = new Chores();
    lock.lock();
    try {
      List<Want> wants =
          assets.values().stream()
              .flatMap(asset -> asset.pieces.values().stream())
              .flatMap(piece -> piece.waiters.stream())
              .distinct()
              .toList();
      giveUp(wants, failure, chores);
    } finally {
      lock.unlock();
    }
    chores.run();
  }

  boolean waitsForMemory() {
    lock.lock();
    try {
      return waitsForMemory;
    } finally {
      lock.unlock();
    }
  }

  OriginState state() {
    lock.lock();
    try {
      IoFailure last = circuit.lastFailure();
      return new OriginState(
          origin,
          !circuit.isOpen(),
          concurrency.limit(),
          inFlight,
          queue.queuedBytes(),
          answeredBytes,
          hedges.hedgedBytes(),
          last == null ? null : last.getMessage());
    } finally {
      lock.unlock();
    }
  }

  @Nullable IoFailure lastFailure() {
    lock.lock();
    try {
      return circuit.lastFailure();
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: starts as many requests as may be. */
  private void pump(Chores chores) {
    waitsForMemory = false;
    while (true) {
      int limit = circuit.isOpen() ? 1 : concurrency.limit();
      if (inFlight >= limit) {
        return;
      }
      long now = engine.nanoTime();
      long wait = rateCap.waitNanos(now);
      if (wait > 0) {
        if (!pumpScheduled && queue.queuedBytes() > 0) {
          pumpScheduled = true;
          var _ = engine.later(wait, this::pumpAsScheduled);
        }
        return;
      }
      Piece first = queue.poll();
      if (first == null) {
        return;
      }
      long waiting = queue.queuedBytes(first.priority) + first.lengthBytes();
      Run run = carve(first, runSize.nextBytes(waiting, limit));
      if (run == null) {
        continue;
      }
      BufferPool.Lease lease = engine.pool().tryTake((int) run.range.lengthBytes(), first.priority);
      if (lease == null) {
        run.pieces.reversed().forEach(piece -> queue.add(piece, true));
        waitsForMemory = true;
        return;
      }
      run.pieces.forEach(piece -> piece.run = run);
      queue.served(first, run.range.lengthBytes());
      rateCap.charge(run.range.lengthBytes());
      hedges.spentOnFirst(run.range.lengthBytes());
      start(run, lease, now, false, chores);
      watch(run);
    }
  }

  private void pumpAsScheduled() {
    lock.lock();
    try {
      pumpScheduled = false;
    } finally {
      lock.unlock();
    }
    pump();
  }

  /** Makes a request of about {@code wantedBytes} from {@code first} on; null if nobody waits. */
  private @Nullable Run carve(Piece first, int wantedBytes) {
    List<Piece> pieces = new ArrayList<>(1);
    long stop = first.start + wantedBytes;
    Piece next = first;
    boolean whole = first.asset.asset.info().version().readWhole();
    while (true) {
      if (next.end > stop && !whole) {
        // On a grain's border, where caches and direct writes like it.
        long border = stop / RunSize.GRAIN_BYTES * RunSize.GRAIN_BYTES;
        long cut = border > next.start ? border : stop;
        Piece rest = next.splitAt(cut);
        if (rest.waiters.isEmpty()) {
          forget(rest);
        } else {
          queue.add(rest, true);
        }
      }
      pieces.add(next);
      Piece neighbour = first.asset.pieces.get(next.end);
      if (neighbour == null
          || !neighbour.queued
          || neighbour.priority != first.priority
          || neighbour.start >= stop) {
        break;
      }
      queue.remove(neighbour);
      next = neighbour;
    }
    Deadline deadline = null;
    for (Piece piece : pieces) {
      for (Want want : piece.waiters) {
        if (deadline == null || want.deadline.atNanos() - deadline.atNanos() > 0) {
          deadline = want.deadline;
        }
      }
    }
    if (deadline == null) {
      pieces.forEach(this::forget);
      return null;
    }
    return new Run(pieces, deadline);
  }

  private void start(Run run, BufferPool.Lease lease, long now, boolean hedge, Chores chores) {
    Run.Attempt attempt = new Run.Attempt(lease, now, hedge);
    run.attempts.add(attempt);
    inFlight++;
    lease.buffer().position(0).limit((int) run.range.lengthBytes());
    chores.add(
        () -> {
          CompletableFuture<Void> read;
          try {
            AssetPieces asset = run.asset();
            read = asset.source.read(asset.asset.info(), run.range, lease.buffer(), run.deadline);
          } catch (RuntimeException e) {
            read = CompletableFuture.failedFuture(e);
          }
          attempt.read = read;
          if (run.done) {
            read.cancel(true);
          }
          if (read.isDone()) {
            // By way of another thread, lest a row of instant failures grow the stack.
            CompletableFuture<Void> ready = read;
            engine.soon(
                () ->
                    ended(
                        run,
                        attempt,
                        ready.isCompletedExceptionally() ? ready.exceptionNow() : null));
          } else {
            var _ = read.whenComplete((nothing, failure) -> ended(run, attempt, failure));
          }
        });
  }

  /** Arranges for a second request should this one be slower than its peers. */
  private void watch(Run run) {
    long p95 = latencies.p95Nanos(run.range.lengthBytes());
    if (p95 > 0) {
      run.hedgeTimer = engine.later(hedgeDelayNanos(p95), () -> hedge(run, p95));
    }
  }

  /** Some way above the percentile, or a twentieth of all requests would use up the budget. */
  private static long hedgeDelayNanos(long p95) {
    return Math.max(MIN_HEDGE_NANOS, p95 + p95 * 4 / 10);
  }

  private void hedge(Run run, long p95) {
    Chores chores = new Chores();
    lock.lock();
    try {
      if (run.done || run.attempts.size() != 1) {
        return;
      }
      BufferPool.Lease lease =
          hedges.tryHedge(run.range.lengthBytes())
              ? engine.pool().tryTake((int) run.range.lengthBytes(), run.priority())
              : null;
      if (lease != null) {
        rateCap.charge(run.range.lengthBytes());
        start(run, lease, engine.nanoTime(), true, chores);
      } else {
        run.hedgeTimer = engine.later(hedgeDelayNanos(p95), () -> hedge(run, p95));
      }
    } finally {
      lock.unlock();
    }
    chores.run();
  }

  private void ended(Run run, Run.Attempt attempt, @Nullable Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    Chores chores = new Chores();
    lock.lock();
    try {
      run.attempts.remove(attempt);
      boolean lacked = inFlight < concurrency.limit();
      inFlight--;
      if (run.done) {
        chores.add(() -> release(attempt.lease));
      } else if (failure == null) {
        succeeded(run, attempt, lacked, chores);
      } else {
        chores.add(() -> release(attempt.lease));
        engine.failed(origin, failure);
        if (run.attempts.isEmpty()) {
          failed(run, failure, chores);
        }
      }
      pump(chores);
    } finally {
      lock.unlock();
    }
    chores.run();
  }

  private void release(BufferPool.Lease lease) {
    engine.deliver(new Delivery(lease, Priority.DEMAND, List.of()));
  }

  private void succeeded(Run run, Run.Attempt attempt, boolean lacked, Chores chores) {
    run.done = true;
    long now = engine.nanoTime();
    long bytes = run.range.lengthBytes();
    long latency = now - attempt.startedNanos;
    answeredBytes += bytes;
    circuit.succeeded();
    latencies.add(bytes, latency);
    runSize.answered(bytes, latency);
    concurrency.answered(bytes, lacked, now);
    engine.answered(origin, bytes, latency);
    end(run, chores);
    List<Delivery.Part> parts = new ArrayList<>(run.pieces.size());
    for (Piece piece : run.pieces) {
      forget(piece);
      for (Want want : piece.waiters) {
        long from = Math.max(piece.start, want.range.offset());
        long to = Math.min(piece.end, want.range.end());
        parts.add(new Delivery.Part(want, ByteRange.between(from, to), from - run.range.offset()));
      }
    }
    Delivery delivery = new Delivery(attempt.lease, run.priority(), parts);
    chores.add(() -> engine.deliver(delivery));
  }

  /** Stops what belongs to a run that is over. */
  private static void end(Run run, Chores chores) {
    if (run.hedgeTimer != null) {
      run.hedgeTimer.cancel(false);
    }
    for (Run.Attempt loser : List.copyOf(run.attempts)) {
      chores.add(
          () -> {
            CompletableFuture<Void> read = loser.read;
            if (read != null) {
              read.cancel(true);
            }
          });
    }
  }

  private void failed(Run run, Throwable thrown, Chores chores) {
    run.done = true;
    end(run, chores);
    long now = engine.nanoTime();
    for (Piece piece : run.pieces) {
      piece.run = null;
      piece.failedTries++;
    }
    if (thrown instanceof IoFailure failure) {
      circuit.failed(failure);
      if (failure instanceof IoFailure.Unavailable busy && busy.retryAfterMillis() >= 0) {
        concurrency.throttled(now);
      }
    }
    for (Piece piece : run.pieces) {
      if (thrown instanceof IoFailure failure && mayTryAgain(run, piece, failure)) {
        rest(piece, failure, now, chores);
      } else {
        giveUp(List.copyOf(piece.waiters), thrown, chores);
        forget(piece);
      }
    }
  }

  private static boolean mayTryAgain(Run run, Piece piece, IoFailure failure) {
    if (failure instanceof IoFailure.TimedOut) {
      // It had as long as those who wanted it when it was sent; who joined since may have longer.
      return piece.waiters.stream()
          .anyMatch(want -> want.deadline.atNanos() - run.deadline.atNanos() > 0);
    }
    return failure.retryable()
        && !(failure instanceof IoFailure.Corrupt && piece.failedTries >= MAX_CORRUPT_TRIES);
  }

  /** Queues the piece again after a while; who cannot wait so long hears now why. */
  private void rest(Piece piece, IoFailure failure, long now, Chores chores) {
    long delayNanos = engine.backoff().delayMillis(piece.failedTries, failure) * 1_000_000;
    giveUp(
        piece.waiters.stream()
            .filter(want -> want.deadline.atNanos() - (now + delayNanos) <= 0)
            .toList(),
        failure,
        chores);
    if (piece.waiters.isEmpty()) {
      forget(piece);
      return;
    }
    var _ =
        engine.later(
            delayNanos,
            () -> {
              Chores later = new Chores();
              lock.lock();
              try {
                if (!piece.queued && piece.run == null && !piece.waiters.isEmpty()) {
                  queue.add(piece, false);
                  pump(later);
                }
              } finally {
                lock.unlock();
              }
              later.run();
            });
  }

  private void giveUp(List<Want> wants, Throwable failure, Chores chores) {
    for (Want want : wants) {
      detach(want, chores);
      chores.add(() -> want.future.completeExceptionally(failure));
    }
  }

  /** Takes the want off all its pieces, and the pieces away that nobody else waits for. */
  private void detach(Want want, Chores chores) {
    AssetPieces asset = assets.get(AssetPieces.Key.of(want.asset));
    if (asset == null) {
      return;
    }
    for (Piece piece : asset.overlapping(want.range)) {
      if (!piece.waiters.remove(want) || !piece.waiters.isEmpty()) {
        continue;
      }
      Run run = piece.run;
      if (run == null) {
        queue.remove(piece);
        forget(piece);
      } else if (!run.done && run.pieces.stream().allMatch(p -> p.waiters.isEmpty())) {
        run.done = true;
        end(run, chores);
        run.pieces.forEach(this::forget);
      }
    }
  }

  private void forget(Piece piece) {
    AssetPieces asset = piece.asset;
    asset.pieces.remove(piece.start, piece);
    if (asset.pieces.isEmpty()) {
      assets.remove(asset.key, asset);
    }
  }
}
