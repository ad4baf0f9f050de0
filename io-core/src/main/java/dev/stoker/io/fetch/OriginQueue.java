package dev.stoker.io.fetch;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.AssetSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All that is wanted of one origin, and the requests in flight to it.
 *
 * <p>Wants become disjoint {@link Piece}s, shared by whoever wants the same bytes; {@link
 * WantedPieces} makes {@link Run}s of them when it is their turn. A want of higher priority lifts
 * the stretch it needs, and only that, out of a piece that is still queued.
 *
 * <p>Thread-safe: {@code lock} guards everything. Sources, sinks and futures are only called
 * outside, by way of {@link Chores}.
 */
final class OriginQueue {
  /** Corrupt answers come from broken servers, which do not mend while we wait. */
  private static final int MAX_CORRUPT_TRIES = 4;

  /**
   * What may wait for sinks before nothing more is asked for but what a reader is blocked on: a
   * disk that is slower than the origin would else have all of the memory touched.
   */
  private static final long MOST_BACKLOG_BYTES = 2L * BufferPool.MAX_BYTES;

  private final String origin;
  private final QueueHost engine;
  private final ReentrantLock lock = new ReentrantLock();
  private final WantedPieces wanted = new WantedPieces();
  private final ConcurrencyLimit concurrency;
  private final Stragglers stragglers = new Stragglers();
  private final Circuit circuit = new Circuit();
  private final RunSize runSize;
  private final RateCap rateCap;
  private int inFlight;
  private long answeredBytes;
  private boolean pumpScheduled;
  private boolean waitsForMemory;

  OriginQueue(
      String origin, long capBytesPerSecond, ConcurrencyLimit concurrency, QueueHost engine) {
    this.origin = origin;
    this.concurrency = concurrency;
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
      wanted.add(want, source);
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
      giveUp(wanted.wants(), failure, chores);
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
          wanted.queuedBytes(),
          answeredBytes,
          stragglers.hedgedBytes(),
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
        if (!pumpScheduled && wanted.queuedBytes() > 0) {
          pumpScheduled = true;
          var _ = engine.later(wait, this::pumpAsScheduled);
        }
        return;
      }
      Piece first = wanted.poll();
      if (first == null) {
        return;
      }
      boolean streams = Handout.streams(first) && rateCap.isNone();
      long queued = wanted.queuedBytesWith(first);
      Run run =
          wanted.carve(first, runSize.nextBytes(queued, limit, streams, concurrency.isSeeking()));
      if (run == null) {
        continue;
      }
      BufferPool.Lease lease =
          first.priority != Priority.DEMAND && sinksLagBehind()
              ? null
              : engine.pool().tryTake(Handout.bufferBytes(run), first.priority);
      if (lease == null) {
        wanted.putBack(run);
        waitsForMemory = true;
        return;
      }
      wanted.served(run);
      rateCap.charge(run.range.lengthBytes());
      stragglers.started(run.range.lengthBytes());
      start(run, lease, now, false, chores);
      watch(run);
    }
  }

  /**
   * Whether more waits for the sinks than is on its way: more requests would only add to that, and
   * what answers show then is the disk's rate.
   */
  private boolean sinksSetThePace(Run run) {
    long onItsWay = run.range.lengthBytes() * concurrency.limit();
    return engine.undeliveredBytes() >= Math.max(BufferPool.MAX_BYTES, onItsWay);
  }

  private boolean sinksLagBehind() {
    long share = Math.max(BufferPool.MAX_BYTES, engine.pool().ceilingBytes() / 8);
    return engine.undeliveredBytes() >= Math.min(MOST_BACKLOG_BYTES, share);
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

  private void start(Run run, BufferPool.Lease lease, long now, boolean hedge, Chores chores) {
    Run.Attempt attempt = new Run.Attempt(run, lease, now, hedge);
    run.attempts.add(attempt);
    inFlight++;
    chores.add(
        () ->
            attempt.launch(
                run,
                engine::soon,
                new Coming(run, attempt, lock, engine),
                failure -> ended(run, attempt, failure)));
  }

  /** Arranges for a second request should this one be slower than its peers. */
  private void watch(Run run) {
    long delay = stragglers.delayNanos(run.range.lengthBytes());
    if (delay > 0) {
      run.hedgeTimer = engine.later(delay, () -> hedge(run, delay, false));
    }
  }

  private void hedge(Run run, long delay, boolean late) {
    Chores chores = new Chores();
    lock.lock();
    try {
      if (run.done || run.attempts.size() != 1) {
        return;
      }
      long bytes = run.range.lengthBytes();
      BufferPool.Lease lease = engine.pool().tryTake(Handout.bufferBytes(run), run.priority());
      if (lease != null && !stragglers.tryHedge(bytes, late)) {
        lease.release();
        lease = null;
      }
      if (lease != null) {
        rateCap.charge(run.range.lengthBytes());
        start(run, lease, engine.nanoTime(), true, chores);
      } else {
        run.hedgeTimer = engine.later(delay, () -> hedge(run, delay, true));
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
    RangeSink.Splice splice = attempt.splice;
    if (splice != null) {
      splice.close();
    }
    lock.lock();
    try {
      run.attempts.remove(attempt);
      boolean lacked = inFlight < concurrency.limit() || sinksSetThePace(run);
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
    stragglers.answered(bytes, latency);
    runSize.answered(bytes, latency);
    concurrency.answered(bytes, attempt.startedNanos, lacked, now);
    engine.answered(origin, bytes, latency);
    end(run, chores);
    List<Delivery.Part> rest = attempt.streams ? List.of() : Handout.rest(run);
    for (Piece piece : run.pieces) {
      if (attempt.streams && wanted.lacks(piece)) {
        // Who joined when its first bytes had been and gone.
        piece.run = null;
        wanted.enterAgain(piece);
      } else {
        wanted.forget(piece);
      }
    }
    Delivery delivery = new Delivery(attempt.lease, run.priority(), rest);
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
            var read = loser.read;
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
      if (!wanted.lacks(piece)) {
        wanted.forget(piece);
      } else if (thrown instanceof IoFailure failure && mayTryAgain(run, piece, failure)) {
        rest(piece, failure, now, chores);
      } else {
        giveUp(List.copyOf(piece.waiters), thrown, chores);
        wanted.forget(piece);
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
      wanted.forget(piece);
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
                  wanted.enterAgain(piece);
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
    for (Piece piece : wanted.around(want)) {
      if (!piece.waiters.remove(want) || !piece.waiters.isEmpty()) {
        continue;
      }
      Run run = piece.run;
      if (run == null) {
        wanted.forget(piece);
      } else if (!run.done && run.pieces.stream().allMatch(p -> p.waiters.isEmpty())) {
        run.done = true;
        end(run, chores);
        run.pieces.forEach(wanted::forget);
      }
    }
  }
}
