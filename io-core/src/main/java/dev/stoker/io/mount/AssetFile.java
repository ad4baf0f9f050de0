package dev.stoker.io.mount;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.cache.LentBytes;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.OpenFile;
import dev.stoker.io.prefetch.Readahead;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One open asset: reads of one pinned version, and what is brought ahead of them. Thread-safe. */
final class AssetFile implements OpenFile {
  /**
   * Brought as one: what has come of a long answer is handed on while the rest is on its way, and
   * each of these costs a thread and a timer.
   */
  private static final long SEGMENT_BYTES = 8 << 20;

  /** Who has read so much in a row is likely to read on; nobody who looks things up has. */
  private static final long GIVEN_AHEAD_FROM_BYTES = 4 << 20;

  /**
   * A reader who asks for most of what the kernel was given does not look at its pages (O_DIRECT),
   * or it has no room for them; now and then a gift and a question just meet.
   */
  private static final long ASKED_AGAIN_SLACK_BYTES = 4 << 20;

  /** What is brought ahead is nobody's yet: it may take its time. */
  private static final Duration AHEAD_PATIENCE = Duration.ofMinutes(2);

  private final CachedAsset asset;
  private final ReadCounters counters;
  private final AheadBudget budget;
  private final OpenUse use;
  private final Runnable ended;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: all below.
  private final Readahead ahead;
  private final ArrayDeque<CompletableFuture<Void>> underWay = new ArrayDeque<>();
  private boolean closed;

  /** What the kernel was given last before it asked, in a row. */
  private long givenFrom;

  private long givenTo;

  private long givenBytes;

  /** Of these, such as its reader asked for all the same. */
  private long askedAgainBytes;

  /**
   * @param readAheadBytes most that is brought ahead of it
   * @param budget for all open files together
   * @param use told what is read
   * @param ended told when it is closed
   */
  AssetFile(
      CachedAsset asset,
      long readAheadBytes,
      AheadBudget budget,
      ReadCounters counters,
      OpenUse use,
      Runnable ended) {
    this.use = use;
    this.budget = budget;
    this.ended = ended;
    this.asset = asset;
    this.counters = counters;
    this.ahead = new Readahead(asset.lengthBytes(), readAheadBytes);
  }

  @Override
  public @Nullable LentMemory lend(Call call, long offset, int bytes) {
    long end = Math.min(asset.lengthBytes(), offset + bytes);
    if (offset >= end) {
      return null;
    }
    ByteRange range = ByteRange.between(offset, end);
    LentBytes lent = asset.lend(range);
    if (lent == null) {
      return null;
    }
    use.read(range);
    counters.readBytes.add(range.lengthBytes());
    bring(range, false);
    return memory(lent);
  }

  @Override
  public @Nullable LentMemory lendAhead(long offset, int mostBytes) {
    long end = Math.min(asset.lengthBytes(), offset + mostBytes);
    if (offset >= end) {
      return null;
    }
    LentBytes lent = asset.lendFirst(ByteRange.between(offset, end));
    if (lent == null) {
      return null;
    }
    ByteRange range = ByteRange.between(offset, offset + lent.bytes().remaining());
    counters.givenAheadBytes.add(range.lengthBytes());
    counters.readBytes.add(range.lengthBytes());
    use.read(range);
    given(range);
    return memory(lent);
  }

  private void given(ByteRange range) {
    lock.lock();
    try {
      givenFrom = range.offset() == givenTo ? givenFrom : range.offset();
      givenTo = range.end();
      givenBytes += range.lengthBytes();
      ahead.gave(range.offset(), (int) range.lengthBytes());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long readOnTo(long offset) {
    lock.lock();
    try {
      return 2 * askedAgainBytes <= givenBytes + ASKED_AGAIN_SLACK_BYTES
          ? ahead.readOnTo(offset, GIVEN_AHEAD_FROM_BYTES)
          : -1;
    } finally {
      lock.unlock();
    }
  }

  private static LentMemory memory(LentBytes lent) {
    return new LentMemory() {
      @Override
      public ByteBuffer bytes() {
        return lent.bytes();
      }

      @Override
      public void close() {
        lent.close();
      }
    };
  }

  @Override
  public void read(Call call, long offset, ByteBuffer into) {
    long end = Math.min(asset.lengthBytes(), offset + into.remaining());
    if (offset >= end) {
      return;
    }
    ByteRange range = ByteRange.between(offset, end);
    int limit = into.limit();
    into.limit(into.position() + (int) range.lengthBytes());
    if (!call.mayWait()) {
      use.read(range);
      if (!asset.readIfHere(range, into)) {
        call.aboutToWait();
      }
      bring(range, false);
    } else {
      bring(range, true); // before anything is waited for
      counters.stalledReads.increment();
      asset.read(range, into, call.deadline());
      use.waited(range.lengthBytes());
    }
    counters.readBytes.add(range.lengthBytes());
    into.limit(limit);
  }

  /** Once for each read: has brought what its reader will want next. */
  private void bring(ByteRange range, boolean stalled) {
    List<ByteRange> wanted;
    lock.lock();
    try {
      if (range.offset() >= givenFrom && range.offset() < givenTo) {
        askedAgainBytes += range.lengthBytes();
      }
      wanted = ahead.read(range.offset(), (int) range.lengthBytes(), stalled);
      if (wanted.isEmpty() || closed) {
        return;
      }
      underWay.removeIf(CompletableFuture::isDone);
      Deadline deadline = Deadline.after(AHEAD_PATIENCE);
      for (ByteRange segment : segments(wanted)) {
        if (!budget.tryTake(segment.lengthBytes())) {
          ahead.memoryShort();
          return;
        }
        counters.readAheadBytes.add(segment.lengthBytes());
        CompletableFuture<Void> fill =
            asset.fill(List.of(segment), Priority.READAHEAD, deadline, use.ahead());
        var _ = fill.whenComplete((nothing, failure) -> budget.giveBack(segment.lengthBytes()));
        underWay.add(fill);
      }
    } finally {
      lock.unlock();
    }
  }

  private static List<ByteRange> segments(List<ByteRange> wanted) {
    List<ByteRange> segments = new ArrayList<>();
    for (ByteRange range : wanted) {
      for (long at = range.offset(); at < range.end(); ) {
        long to = Math.min(range.end(), (at / SEGMENT_BYTES + 1) * SEGMENT_BYTES);
        segments.add(ByteRange.between(at, to));
        at = to;
      }
    }
    return segments;
  }

  @Override
  public void close() {
    List<CompletableFuture<Void>> left;
    lock.lock();
    try {
      closed = true;
      left = List.copyOf(underWay);
      underWay.clear();
    } finally {
      lock.unlock();
    }
    left.forEach(fill -> fill.cancel(true));
    asset.leave();
    ended.run();
  }
}
