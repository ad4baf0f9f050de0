package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import java.util.concurrent.CompletableFuture;

/** Gets ranges of pinned assets, with retries, in as many requests as pays. Thread-safe. */
public interface RangeFetcher {

  /**
   * Starts fetching {@code range}; the future ends when every byte was accepted by {@code sink}, or
   * fails with an {@link dev.stoker.io.asset.IoFailure} by {@code deadline} at the latest.
   * Canceling it drops requests nobody else waits for.
   */
  CompletableFuture<Void> fetch(
      PinnedAsset asset, ByteRange range, Priority priority, Deadline deadline, RangeSink sink);
}
