package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings ranges onto the disk. Only a window of segments is under way per call, so that a reader's
 * wish for a grain further on is a request of its own and not the tail of a long queue.
 *
 * <p>Thread-safe; a call blocks, best on a virtual thread.
 */
final class Filler {
  /** The largest request to an origin. */
  private static final int SEGMENT_GRAINS = (16 << 20) / Grain.BYTES;

  /** Under way per call: enough for one file to fill a 10 Gbit/s link at 100 ms. */
  private static final int WINDOW_SEGMENTS = 8;

  /** What is shed or dropped meanwhile is asked for again; more rounds would hide a broken disk. */
  private static final int ROUNDS = 4;

  private final Intake intake;
  private final BadGrains bad;
  private final FramePool frames;
  private final Counters counters;

  Filler(Intake intake, BadGrains bad, FramePool frames, Counters counters) {
    this.intake = intake;
    this.bad = bad;
    this.frames = frames;
    this.counters = counters;
  }

  /** Returns when every grain of the ranges was written, or was there already. */
  void fill(
      PinnedAsset asset,
      Function<PinnedAsset, Entry> entries,
      List<ByteRange> ranges,
      Priority priority,
      Deadline deadline,
      FillProgress progress) {
    for (int round = 0; round < ROUNDS; round++) {
      Entry entry = entries.apply(asset);
      List<ByteRange> absent = absent(entry, ranges, deadline);
      long absentBytes = absent.stream().mapToLong(ByteRange::lengthBytes).sum();
      if (round == 0) {
        long all = ranges.stream().mapToLong(ByteRange::lengthBytes).sum();
        counters.hitBytes.add(Math.max(0, all - absentBytes));
        counters.missBytes.add(absentBytes);
        progress.present(Math.max(0, all - absentBytes));
      }
      if (absent.isEmpty() && (entry.onDisk || entry.grains == 0)) {
        return;
      }
      new Call(asset, entry, priority, deadline, progress).run(absent);
    }
    throw new IoFailure.Disk(
        "Cannot keep "
            + asset
            + " in the cache: its disks are full, failing, or their ceiling is taken up by pinned"
            + " files; raise the ceiling or stage less at once.",
        null);
  }

  /** The absent runs, in whole grains. */
  private List<ByteRange> absent(Entry entry, List<ByteRange> ranges, Deadline deadline) {
    List<ByteRange> absent = new ArrayList<>();
    try (OpenFiles.Use use = bad.use(entry, deadline)) {
      for (ByteRange range : ranges) {
        int end = Math.min(entry.grains, Grain.count(range.end()));
        for (int grain = Grain.at(range.offset()); grain < end; ) {
          EntryFiles.Run run =
              use == null ? new EntryFiles.Run(false, end) : use.files().run(grain, end);
          if (!run.present()) {
            absent.add(Grain.range(grain, run.end(), entry.lengthBytes));
          }
          grain = run.end();
        }
      }
    }
    return absent;
  }

  /**
   * A want to be waited for.
   *
   * @param own whether we fetch it
   * @param joinedBytes what another's fetch brings for us
   */
  private record Step(Want want, boolean own, long joinedBytes) {}

  /** One round of one call. */
  private final class Call {
    private final PinnedAsset asset;
    private final Entry entry;
    private final Priority priority;
    private final Deadline deadline;
    private final FillProgress progress;
    private final List<CompletableFuture<Void>> fetches = new ArrayList<>();
    private final List<Step> underWay = new ArrayList<>();

    Call(
        PinnedAsset asset,
        Entry entry,
        Priority priority,
        Deadline deadline,
        FillProgress progress) {
      this.asset = asset;
      this.entry = entry;
      this.priority = priority;
      this.deadline = deadline;
      this.progress = progress;
    }

    void run(List<ByteRange> absent) {
      boolean finished = false;
      try {
        for (ByteRange range : absent) {
          int end = Grain.count(range.end());
          for (int grain = Grain.at(range.offset()); grain < end; grain += SEGMENT_GRAINS) {
            while (underWay.size() >= WINDOW_SEGMENTS) {
              await(underWay.removeFirst());
            }
            ask(grain, Math.min(end, grain + SEGMENT_GRAINS));
          }
        }
        while (!underWay.isEmpty()) {
          await(underWay.removeFirst());
        }
        finished = true;
      } finally {
        if (!finished) {
          fetches.forEach(fetch -> fetch.cancel(true));
        }
      }
    }

    private void ask(int first, int end) {
      Arrivals.Split split = entry.arrivals.want(first, end, priority);
      for (Want want : split.fresh()) {
        if (isHereByNow(want)) {
          entry.arrivals.end(want, frames);
          want.done().complete(null);
          continue;
        }
        underWay.add(new Step(want, true, 0));
        fetches.removeIf(CompletableFuture::isDone);
        fetches.add(intake.start(asset, entry, want, true, deadline, progress::arrived));
      }
      for (Want want : split.joined()) {
        int from = Math.max(first, want.first());
        int to = Math.min(end, want.end());
        long bytes = Grain.range(from, to, entry.lengthBytes).lengthBytes();
        underWay.add(new Step(want, false, bytes));
      }
    }

    private boolean isHereByNow(Want want) {
      try (OpenFiles.Use use = bad.use(entry, deadline)) {
        EntryFiles.@Nullable Run run =
            use == null ? null : use.files().run(want.first(), want.end());
        return run != null && run.present() && run.end() == want.end();
      }
    }

    private void await(Step step) {
      Want want = step.want();
      try {
        want.done().get(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        progress.present(step.joinedBytes());
      } catch (TimeoutException e) {
        throw new IoFailure.TimedOut(
            "Fetching " + asset + " took longer than its deadline: its origin sent too little.");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IoFailure.Canceled("Fetching " + asset + " was canceled.");
      } catch (ExecutionException e) {
        if (step.own()) {
          throw Intake.failure(asset, want.done().exceptionNow());
        }
        // Another's fetch failed, perhaps because he left: the next round asks again.
      }
    }
  }
}
