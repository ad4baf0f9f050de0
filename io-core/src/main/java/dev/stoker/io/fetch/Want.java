package dev.stoker.io.fetch;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What one caller asked for. */
final class Want {
  final PinnedAsset asset;
  final ByteRange range;
  final Priority priority;
  final String owner;
  final Deadline deadline;
  final RangeSink sink;
  final CompletableFuture<Void> future = new CompletableFuture<>();

  /** Bytes that no sink has taken yet. */
  private final AtomicLong missingBytes;

  /** Ends the want at its deadline; set once, before anybody else sees it. */
  @Nullable Future<?> timer;

  Want(
      PinnedAsset asset,
      ByteRange range,
      Priority priority,
      String owner,
      Deadline deadline,
      RangeSink sink) {
    this.asset = asset;
    this.range = range;
    this.priority = priority;
    this.owner = owner;
    this.deadline = deadline;
    this.sink = sink;
    this.missingBytes = new AtomicLong(range.lengthBytes());
  }

  /** So many bytes are with the sink; whether these were the last, after which it is complete. */
  boolean tookLast(long bytes) {
    return missingBytes.addAndGet(-bytes) == 0;
  }
}
