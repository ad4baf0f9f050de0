package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges: what is here from memory or disk, checked; what is not from the origin, as it
 * arrives. All that is missing is asked for before anything is waited for.
 *
 * <p>Takes no lock against eviction. A grain may be punched while it is read; then its checksum
 * does not hold, it is absent by now, and the next round fetches it. Only a grain that fails its
 * checksum while removal is locked out is a bad one.
 *
 * <p>Thread-safe.
 */
final class BlockReader {
  /** One round; bounds the requests that one reader has under way. */
  private static final long WINDOW_BYTES = 16L << 20;

  /** One disk access; the page cache reads ahead by itself. */
  private static final int CHUNK_BYTES = 1 << 20;

  /** For a descriptor or a frame, which others hold as long as a disk access. */
  private static final long LOCAL_PATIENCE_NANOS = 1_000_000_000L;

  private final FramePool frames;
  private final RamTier ram;
  private final Intake intake;
  private final BadGrains bad;
  private final Counters counters;

  BlockReader(FramePool frames, RamTier ram, Intake intake, BadGrains bad, Counters counters) {
    this.frames = frames;
    this.ram = ram;
    this.intake = intake;
    this.bad = bad;
    this.counters = counters;
  }

  /**
   * Fills {@code into}, whose remaining bytes are as many as the range has.
   *
   * @return whether all of it was here
   */
  boolean read(
      PinnedAsset asset,
      Function<PinnedAsset, Entry> entries,
      ByteRange range,
      ByteBuffer into,
      Deadline deadline) {
    boolean allHere = true;
    for (long from = range.offset(); from < range.end(); ) {
      long to = Math.min(range.end(), from + WINDOW_BYTES);
      ByteBuffer part = into.slice(into.position(), (int) (to - from));
      List<ByteRange> gaps = List.of(ByteRange.between(from, to));
      boolean first = true;
      while (!gaps.isEmpty()) {
        Round round = new Round(asset, entries.apply(asset), from, part, deadline, first);
        gaps = round.run(gaps);
        allHere &= round.waiting.isEmpty();
        first = false;
      }
      into.position(into.position() + (int) (to - from));
      from = to;
    }
    return allHere;
  }

  /**
   * Fills {@code into} if all of the range is here; asks nobody.
   *
   * @return false, and the buffer's position as it was, when some of it is not
   */
  boolean readIfHere(PinnedAsset asset, Entry entry, ByteRange range, ByteBuffer into) {
    Deadline now = new Deadline(System.nanoTime() + LOCAL_PATIENCE_NANOS);
    int end = Grain.count(range.end());
    try (OpenFiles.Use use = bad.use(entry, now)) {
      if (use == null) {
        return false;
      }
      EntryFiles.Run run = use.files().run(Grain.at(range.offset()), end);
      if (!run.present() || run.end() < end) {
        return false;
      }
    }
    ByteBuffer part = into.slice(into.position(), (int) range.lengthBytes());
    Round round = new Round(asset, entry, range.offset(), part, now, true);
    round.readPresent(range);
    if (!round.left.isEmpty()) {
      return false; // dropped or damaged meanwhile
    }
    into.position(into.position() + (int) range.lengthBytes());
    return true;
  }

  /** One try at some ranges of one window. */
  private final class Round {
    private final PinnedAsset asset;
    private final Entry entry;
    private final long base;
    private final ByteBuffer window;
    private final Deadline deadline;
    private final boolean counts;
    private final List<ByteRange> present = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<ByteRange> left = new ArrayList<>();

    Round(
        PinnedAsset asset,
        Entry entry,
        long base,
        ByteBuffer window,
        Deadline deadline,
        boolean counts) {
      this.asset = asset;
      this.entry = entry;
      this.base = base;
      this.window = window;
      this.deadline = deadline;
      this.counts = counts;
    }

    /** Reads what it can; gives what is still missing, because it was lost on the way. */
    List<ByteRange> run(List<ByteRange> gaps) {
      if (deadline.hasPassed()) {
        throw new IoFailure.TimedOut("Reading " + asset + " took longer than its deadline.");
      }
      try {
        gaps.forEach(this::sort);
        present.forEach(this::readPresent);
        waiting.forEach(this::await);
        return left;
      } finally {
        waiting.forEach(Waiting::close);
      }
    }

    /** Splits a range into what is here and what has to come, and asks for the latter. */
    private void sort(ByteRange gap) {
      List<ByteRange> absent = new ArrayList<>();
      try (OpenFiles.Use use = use()) {
        for (long at = gap.offset(); at < gap.end(); ) {
          int limit = Grain.count(gap.end());
          EntryFiles.Run run =
              use == null ? new EntryFiles.Run(false, limit) : use.files().run(Grain.at(at), limit);
          long to = Math.min(gap.end(), Grain.offset(run.end()));
          (run.present() ? present : absent).add(ByteRange.between(at, to));
          at = to;
        }
      }
      absent.forEach(this::ask);
    }

    private void ask(ByteRange range) {
      if (counts) {
        counters.missBytes.add(range.lengthBytes());
      }
      Tap tap = new Tap(range, slice(range));
      entry.arrivals.add(tap);
      Arrivals.Split split =
          entry.arrivals.want(Grain.at(range.offset()), Grain.count(range.end()), Priority.DEMAND);
      waiting.add(new Waiting(range, tap, split));
      for (Want want : split.fresh()) {
        if (isHereByNow(want)) {
          entry.arrivals.end(want, frames);
          want.done().complete(null);
        } else {
          var _ = intake.start(asset, entry, want, false, deadline, bytes -> {});
        }
      }
    }

    /** Whether another fetch brought it between our look and our want. */
    private boolean isHereByNow(Want want) {
      try (OpenFiles.Use use = use()) {
        if (use == null) {
          return false;
        }
        EntryFiles.Run run = use.files().run(want.first(), want.end());
        return run.present() && run.end() == want.end();
      }
    }

    private void readPresent(ByteRange range) {
      if (counts) {
        counters.hitBytes.add(range.lengthBytes());
      }
      try (OpenFiles.Use use = use()) {
        if (use == null) {
          left.add(range);
          return;
        }
        for (long at = range.offset(); at < range.end(); ) {
          at = readSome(use.files(), at, range.end());
        }
      }
    }

    /** Reads one run of whole grains or a part of one; gives where it ends. */
    private long readSome(EntryFiles files, long at, long end) {
      int grain = Grain.at(at);
      int bytes = Grain.length(grain, entry.lengthBytes);
      boolean whole = at == Grain.offset(grain) && at + bytes <= end && window.isDirect();
      long to;
      if (whole) {
        long wholeEnd = end == entry.lengthBytes ? end : end / Grain.BYTES * Grain.BYTES;
        to = Math.min(wholeEnd, at + CHUNK_BYTES);
        readWhole(files, ByteRange.between(at, to));
      } else {
        to = Math.min(end, Grain.offset(grain) + bytes);
        readPart(files, grain, ByteRange.between(at, to));
      }
      return to;
    }

    private void readWhole(EntryFiles files, ByteRange range) {
      entry.touch(Grain.at(range.offset()), Grain.count(range.end()));
      ByteBuffer into = slice(range);
      try {
        files.data().read(into, range.offset());
      } catch (IOException e) {
        bad.unreadable(entry, files, range, e);
        left.add(range);
        return;
      }
      int last = Grain.count(range.end());
      for (int grain = Grain.at(range.offset()); grain < last; grain++) {
        int at = (int) (Grain.offset(grain) - range.offset());
        if (!files.matches(grain, into, at)) {
          bad.suspect(entry, grain, deadline);
          left.add(Grain.range(grain, grain + 1, entry.lengthBytes));
        }
      }
    }

    private void readPart(EntryFiles files, int grain, ByteRange range) {
      ByteBuffer into = slice(range);
      int from = (int) (range.offset() - Grain.offset(grain));
      if (ram.copy(entry.id, grain, from, into)) {
        return;
      }
      entry.touch(grain, grain + 1);
      ByteBuffer frame = frame();
      frame.limit(Grain.length(grain, entry.lengthBytes));
      boolean kept = false;
      try {
        files.data().read(frame, Grain.offset(grain));
        if (files.matches(grain, frame, 0)) {
          into.put(0, frame, from, into.remaining());
          kept = into.remaining() < frame.limit();
          if (kept) {
            ram.put(entry.id, grain, frame);
          }
        } else {
          bad.suspect(entry, grain, deadline);
          left.add(range);
        }
      } catch (IOException e) {
        bad.unreadable(entry, files, range, e);
        left.add(range);
      } finally {
        if (!kept) {
          frames.giveBack(frame);
        }
      }
    }

    private ByteBuffer frame() {
      return BlockReader.this.frame(asset, deadline);
    }

    private void await(Waiting wait) {
      try {
        CompletableFuture<?>[] wants = wait.wants();
        CompletableFuture.anyOf(wait.tap.full(), CompletableFuture.allOf(wants))
            .get(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        throw new IoFailure.TimedOut(
            "Reading " + asset + " took longer than its deadline: its origin sent too little.");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IoFailure.Canceled("Reading " + asset + " was interrupted.");
      } catch (ExecutionException e) {
        // Whose fetch it was decides: our own failure is ours, another's may only mean that he
        // left.
        wait.throwOwnFailure(asset);
      }
      if (!wait.tap.full().isDone()) {
        left.add(wait.range);
      }
    }

    private OpenFiles.@Nullable Use use() {
      return bad.use(entry, deadline);
    }

    private ByteBuffer slice(ByteRange range) {
      return window.slice((int) (range.offset() - base), (int) range.lengthBytes());
    }

    private final class Waiting implements AutoCloseable {
      final ByteRange range;
      final Tap tap;
      final Arrivals.Split split;

      Waiting(ByteRange range, Tap tap, Arrivals.Split split) {
        this.range = range;
        this.tap = tap;
        this.split = split;
      }

      CompletableFuture<?>[] wants() {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        split.joined().forEach(want -> all.add(want.done()));
        split.fresh().forEach(want -> all.add(want.done()));
        return all.toArray(CompletableFuture<?>[]::new);
      }

      void throwOwnFailure(PinnedAsset asset) {
        for (Want want : split.fresh()) {
          if (want.done().isCompletedExceptionally()) {
            throw Intake.failure(asset, want.done().exceptionNow());
          }
        }
      }

      @Override
      public void close() {
        tap.close();
        entry.arrivals.remove(tap);
      }
    }
  }

  /** A frame, from the pool or from the RAM tier's cold end. */
  ByteBuffer frame(PinnedAsset asset, Deadline deadline) {
    try {
      ByteBuffer frame = frames.tryTake();
      if (frame == null && ram.shrink()) {
        frame = frames.tryTake();
      }
      if (frame == null) {
        frame = frames.take(deadline);
      }
      if (frame != null) {
        return frame;
      }
      throw new IoFailure.TimedOut(
          "Reading " + asset + " took longer than its deadline: the cache's memory is all in use.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Reading " + asset + " was interrupted.");
    }
  }
}
