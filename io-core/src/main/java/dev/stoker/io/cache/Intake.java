package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.fetch.RangeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;

/**
 * Asks the origin for grains and takes in what comes: first to the readers who wait, then,
 * checksummed, to the disk. A disk that cannot keep up, is full or fails costs readers nothing:
 * what it cannot take is shed, and fetched again when it is wanted again.
 *
 * <p>Thread-safe; called by the fetch engine from many threads at once.
 */
final class Intake {
  /**
   * How long a piece that somebody reads waits for its turn to be written. Longer than a burst of
   * page-cache writes, shorter than a request to an origin.
   */
  private static final long SHED_AFTER_MILLIS = 20;

  /** For so long after shedding nobody waits at all: the disk is behind. */
  private static final long BEHIND_NANOS = 1_000_000_000L;

  private final RangeFetcher fetcher;
  private final OpenFiles open;
  private final FramePool frames;
  private final Counters counters;
  private final DiskLoss loss;
  private final FreshBytes fresh;

  /** Shared while a piece is taken in; alone for who waits until none is. */
  private final ReadWriteLock pieces = new ReentrantReadWriteLock();

  private volatile long behindSinceNanos = System.nanoTime() - BEHIND_NANOS;

  Intake(
      RangeFetcher fetcher,
      OpenFiles open,
      FramePool frames,
      Counters counters,
      DiskLoss loss,
      FreshBytes fresh) {
    this.fresh = fresh;
    this.fetcher = fetcher;
    this.open = open;
    this.frames = frames;
    this.counters = counters;
    this.loss = loss;
  }

  /**
   * Starts to fetch a fresh want, whose {@code done} ends with it.
   *
   * @param mustKeep whether the bytes are wanted on disk, so that a busy disk is waited for
   * @param progress told how many bytes came
   * @return the fetch, to be canceled by who started it
   */
  CompletableFuture<Void> start(
      PinnedAsset asset,
      Entry entry,
      Want want,
      boolean mustKeep,
      Deadline deadline,
      LongConsumer progress) {
    ByteRange range = Grain.range(want.first(), want.end(), entry.lengthBytes);
    CompletableFuture<Void> fetch;
    try {
      fetch =
          fetcher.fetch(
              asset,
              range,
              want.priority(),
              deadline,
              new RangeSink() {
                @Override
                public void accept(long offset, ByteBuffer data, Loan memory) {
                  if (want.priority() == Priority.READAHEAD) {
                    fresh.keep(entry.id, offset, data, memory); // before anybody waits for the disk
                  }
                  accept(offset, data);
                }

                @Override
                public void accept(long offset, ByteBuffer data) {
                  progress.accept(data.remaining());
                  Intake.this.accept(entry, offset, data, mustKeep, deadline);
                }
              });
    } catch (RuntimeException e) {
      fetch = CompletableFuture.failedFuture(e);
    }
    var _ =
        fetch.whenComplete(
            (nothing, failure) -> {
              entry.arrivals.end(want, frames);
              if (failure == null) {
                want.done().complete(null);
              } else {
                // Never a bare CancellationException, which get() throws past who joined it.
                want.done().completeExceptionally(failure(asset, failure));
              }
            });
    return fetch;
  }

  /**
   * Waits until what has come was written or shed: its readers have it before, and may be done.
   *
   * @return whether it was, before the deadline
   */
  boolean settle(Deadline deadline) {
    try {
      if (!pieces.writeLock().tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
        return false;
      }
      pieces.writeLock().unlock();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void accept(
      Entry entry, long offset, ByteBuffer piece, boolean mustKeep, Deadline deadline) {
    pieces.readLock().lock(); // held alone for no longer than it takes to see that nobody has it
    try {
      take(entry, offset, piece, mustKeep, deadline);
    } finally {
      pieces.readLock().unlock();
    }
  }

  /** Takes one piece in. */
  private void take(
      Entry entry, long offset, ByteBuffer piece, boolean mustKeep, Deadline deadline) {
    counters.originBytes.add(piece.remaining());
    entry.arrivals.offer(offset, piece);
    long end = offset + piece.remaining();
    for (long at = offset; at < end; ) {
      int grain = Grain.at(at);
      long grainStart = Grain.offset(grain);
      int grainBytes = Grain.length(grain, entry.lengthBytes);
      boolean whole = at == grainStart && end >= grainStart + grainBytes && piece.isDirect();
      long stop;
      if (whole) {
        stop = end == entry.lengthBytes ? end : end / Grain.BYTES * Grain.BYTES;
        keep(entry, grain, slice(piece, offset, at, stop), mustKeep, deadline);
      } else {
        stop = Math.min(end, grainStart + grainBytes);
        ByteBuffer frame =
            entry.arrivals.assemble(
                grain, grainBytes, (int) (at - grainStart), slice(piece, offset, at, stop), frames);
        if (frame != null) {
          try {
            keep(entry, grain, frame, mustKeep, deadline);
          } finally {
            frames.giveBack(frame);
          }
        }
      }
      at = stop;
    }
  }

  private static ByteBuffer slice(ByteBuffer piece, long offset, long from, long to) {
    return piece.slice(piece.position() + (int) (from - offset), (int) (to - from));
  }

  /** Writes whole grains, unless disk, ceiling or time forbid. */
  private void keep(
      Entry entry, int first, ByteBuffer grains, boolean mustKeep, Deadline deadline) {
    if (entry.gone || !entry.disk.health.takesWrites() || !takeTurn(entry, mustKeep, deadline)) {
      counters.shedBytes.add(grains.remaining());
      return;
    }
    try {
      int end = first + Grain.count(grains.remaining());
      // 4 KiB more: the index may grow by a block.
      long reserved = Grain.diskBytes(first, end, entry.lengthBytes) + 4096;
      boolean kept =
          entry.disk.space.reserve(reserved) && write(entry, first, grains, reserved, deadline);
      if (!kept) {
        counters.shedBytes.add(grains.remaining());
      }
    } finally {
      entry.disk.writers.release();
    }
  }

  private boolean takeTurn(Entry entry, boolean mustKeep, Deadline deadline) {
    try {
      if (mustKeep) {
        return entry.disk.writers.tryAcquire(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
      }
      boolean behind = System.nanoTime() - behindSinceNanos < BEHIND_NANOS;
      boolean mine =
          entry.disk.writers.tryAcquire(behind ? 0 : SHED_AFTER_MILLIS, TimeUnit.MILLISECONDS);
      if (!mine) {
        behindSinceNanos = System.nanoTime();
      }
      return mine;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean write(
      Entry entry, int first, ByteBuffer grains, long reserved, Deadline deadline) {
    entry.content.readLock().lock(); // held alone only for as long as a removal takes
    boolean settled = false;
    try (OpenFiles.Use use = entry.gone ? null : open.use(entry, true, deadline)) {
      if (use == null) {
        return false;
      }
      writeAbsent(use.files(), first, grains, entry.lengthBytes);
      entry.disk.space.settle(entry, use.files(), reserved);
      settled = true;
      if (use.files().isIndexStale()) {
        open.retire(entry);
      }
      return true;
    } catch (IOException e) {
      loss.failed(entry.disk, e);
      return false;
    } finally {
      if (!settled) {
        entry.disk.space.unreserve(reserved);
      }
      entry.content.readLock().unlock();
    }
  }

  /** Grains that came twice, because somebody more urgent asked again, are written once. */
  private static void writeAbsent(EntryFiles files, int first, ByteBuffer grains, long lengthBytes)
      throws IOException {
    int end = first + Grain.count(grains.remaining());
    for (int grain = first; grain < end; ) {
      EntryFiles.Run run = files.run(grain, end);
      if (!run.present()) {
        int from = (grain - first) * Grain.BYTES;
        int bytes = (int) Grain.range(grain, run.end(), lengthBytes).lengthBytes();
        files.write(grain, grains.slice(grains.position() + from, bytes));
      }
      grain = run.end();
    }
  }

  static Throwable unwrap(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** What a failed fetch is to its caller. */
  static IoFailure failure(PinnedAsset asset, Throwable cause) {
    return switch (unwrap(cause)) {
      case IoFailure known -> known;
      case java.util.concurrent.CancellationException e ->
          new IoFailure.Canceled("Reading " + asset + " was canceled.");
      case Throwable other ->
          new IoFailure.Unavailable(
              "Cannot read " + asset + ": the fetch ended with " + other + ".", other);
    };
  }
}
