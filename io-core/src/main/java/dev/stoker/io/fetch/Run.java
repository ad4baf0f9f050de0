package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.source.Arrivals;
import dev.stoker.io.source.StreamWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request to an origin for neighbouring pieces, with a second one beside it when the first is
 * slow. Guarded by its {@link OriginQueue}'s lock.
 */
final class Run {
  /** One of at most two requests. */
  static final class Attempt {
    final BufferPool.Lease lease;
    final long startedNanos;
    final boolean hedge;

    /** Whether its buffer is shorter than the range, and filled again and again. */
    final boolean streams;

    /** How much more of it must have come, then, before it is handed on. */
    final int stepBytes;

    /** Who alone waits for all of it, when it is streamed; may take it past the buffer. */
    final @Nullable Want only;

    /** Bytes pass the buffer, or are handed on from its start as they come; set before any does. */
    volatile RangeSink.@Nullable Splice splice;

    /** How much of the range had come when parts were last handed out; its reader's thread only. */
    int seenBytes;

    /** Volatile: whoever ends the run must see it, or its starter must see that the run ended. */
    volatile @Nullable CompletableFuture<Void> read;

    Attempt(Run run, BufferPool.Lease lease, long startedNanos, boolean hedge) {
      this.lease = lease;
      this.startedNanos = startedNanos;
      this.hedge = hedge;
      long bytes = run.range.lengthBytes();
      StreamWindow window = run.asset().source.window();
      if (window == null || bytes <= lease.buffer().capacity()) {
        this.streams = false;
        this.only = null;
        this.stepBytes = 0;
        lease.buffer().position(0).limit((int) bytes);
      } else {
        this.streams = true;
        this.only = Handout.onlyWaiter(run);
        this.stepBytes = window.stepBytes();
        lease.buffer().position(0).limit(window.bytes());
      }
    }

    /**
     * Sends the request.
     *
     * @param soon runs something on another thread
     * @param arrivals told how many bytes are there, from the start of the range
     * @param ended told once, of null or why it failed
     */
    void launch(Run run, Executor soon, Arrivals arrivals, Consumer<@Nullable Throwable> ended) {
      CompletableFuture<Void> started;
      try {
        AssetPieces pieces = run.asset();
        started =
            pieces.source.read(
                pieces.asset.info(), run.range, lease.buffer(), run.deadline, arrivals);
      } catch (RuntimeException e) {
        started = CompletableFuture.failedFuture(e);
      }
      read = started;
      if (run.done) {
        started.cancel(true);
      }
      CompletableFuture<Void> sent = started;
      if (sent.isDone()) {
        // By way of another thread, lest a row of instant failures grow the stack.
        soon.execute(
            () -> ended.accept(sent.isCompletedExceptionally() ? sent.exceptionNow() : null));
      } else {
        var _ = sent.whenComplete((nothing, failure) -> ended.accept(failure));
      }
    }
  }

  final List<Piece> pieces;
  final ByteRange range;
  final Deadline deadline;
  final List<Attempt> attempts = new ArrayList<>(2);

  /** Volatile as {@link Attempt#read} says; written under the lock. */
  volatile boolean done;

  @Nullable Future<?> hedgeTimer;

  Run(List<Piece> pieces, Deadline deadline) {
    this.pieces = pieces;
    this.range = ByteRange.between(pieces.getFirst().start, pieces.getLast().end);
    this.deadline = deadline;
  }

  AssetPieces asset() {
    return pieces.getFirst().asset;
  }

  Priority priority() {
    return pieces.getFirst().priority;
  }
}
