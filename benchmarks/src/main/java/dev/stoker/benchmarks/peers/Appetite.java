package dev.stoker.benchmarks.peers;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeFetcher;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/** One job that always wants a number of ranges at once, until it is closed. */
final class Appetite implements AutoCloseable {
  private static final int WANT_BYTES = 4 << 20;

  private final RangeFetcher fetcher;
  private final PinnedAsset asset;
  private final LongAdder bytes;
  private final Random random = new Random();
  private final AtomicReferenceArray<CompletableFuture<Void>> wanted;
  private volatile boolean closed;

  /**
   * @param wants how many at once
   * @param bytes what it got
   */
  Appetite(RangeFetcher fetcher, PinnedAsset asset, int wants, LongAdder bytes) {
    this.fetcher = fetcher;
    this.asset = asset;
    this.bytes = bytes;
    this.wanted = new AtomicReferenceArray<>(wants);
    for (int i = 0; i < wants; i++) {
      wantMore(i);
    }
  }

  private void wantMore(int slot) {
    if (closed) {
      return;
    }
    long offset = random.nextLong(asset.info().lengthBytes() / WANT_BYTES) * WANT_BYTES;
    CompletableFuture<Void> want =
        fetcher.fetch(
            asset,
            new ByteRange(offset, WANT_BYTES),
            Priority.PREFETCH,
            Library.soon(),
            (at, data) -> {
              if (!closed) {
                bytes.add(data.remaining());
              }
            });
    wanted.set(slot, want);
    var _ = want.whenComplete((nothing, failure) -> wantMore(slot));
  }

  @Override
  public void close() {
    closed = true;
    for (int i = 0; i < wanted.length(); i++) {
      wanted.get(i).cancel(true);
    }
  }
}
