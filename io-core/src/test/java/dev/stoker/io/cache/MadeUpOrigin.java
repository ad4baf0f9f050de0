package dev.stoker.io.cache;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.fetch.RangeSink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * An origin whose bytes follow from an asset's identity and the offset, so that a test knows every
 * right byte without keeping any.
 */
final class MadeUpOrigin implements RangeFetcher, AutoCloseable {
  record Request(PinnedAsset asset, ByteRange range, Priority priority) {}

  final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  final AtomicLong sentBytes = new AtomicLong();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** What a request waits for before it is answered; a failure fails it. */
  volatile Function<Request, CompletableFuture<Void>> gate =
      request -> CompletableFuture.completedFuture(null);

  private final Map<Long, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();

  /** Zeroing new buffers was a quarter of a long run. */
  private final Queue<ByteBuffer> spare = new ConcurrentLinkedQueue<>();

  /** Size of the pieces that a sink gets; odd sizes make it assemble grains. */
  volatile int pieceBytes = 1 << 20;

  static PinnedAsset asset(String name, String version, long lengthBytes) {
    return new PinnedAsset(
        AssetUri.parse("blob://studio/show/"),
        new AssetInfo(
            AssetPath.of(name),
            new AssetVersion.ETag('"' + version + '"'),
            lengthBytes,
            Instant.EPOCH,
            null));
  }

  static byte byteAt(long seed, long offset) {
    return (byte) (wordAt(seed, offset) >>> ((offset & 7) * 8));
  }

  private static long wordAt(long seed, long offset) {
    long word = (seed ^ (offset >>> 3)) * 0x9E3779B97F4A7C15L;
    return word ^ word >>> 29;
  }

  static long seed(PinnedAsset asset) {
    return asset.identity().hashCode() * 0xBF58476D1CE4E5B9L;
  }

  static ByteBuffer content(PinnedAsset asset, ByteRange range) {
    return content(asset, range, ByteBuffer.allocateDirect((int) range.lengthBytes()));
  }

  private static ByteBuffer content(PinnedAsset asset, ByteRange range, ByteBuffer into) {
    ByteBuffer out = into.clear().order(ByteOrder.LITTLE_ENDIAN);
    long seed = seed(asset);
    long at = range.offset();
    for (; at < range.end() && (at & 7) != 0; at++) {
      out.put(byteAt(seed, at));
    }
    for (; at + 8 <= range.end(); at += 8) {
      out.putLong(wordAt(seed, at)); // a long run spends most of its time here
    }
    for (; at < range.end(); at++) {
      out.put(byteAt(seed, at));
    }
    return out.flip();
  }

  @Override
  public CompletableFuture<Void> fetch(
      PinnedAsset asset, ByteRange range, Priority priority, Deadline deadline, RangeSink sink) {
    Request request = new Request(asset, range, priority);
    requests.add(request);
    CompletableFuture<Void> fetch =
        gate.apply(request)
            .thenRunAsync(
                () -> {
                  ByteBuffer buffer = take(Math.min(pieceBytes, range.lengthBytes()));
                  for (long at = range.offset(); at < range.end(); ) {
                    long end = Math.min(range.end(), at + Math.min(pieceBytes, buffer.capacity()));
                    ByteBuffer piece = content(asset, ByteRange.between(at, end), buffer);
                    sentBytes.addAndGet(piece.remaining());
                    sink.accept(at, piece);
                    at = end;
                  }
                  spare.add(buffer);
                },
                threads);
    long number = numbers.incrementAndGet();
    underWay.put(number, fetch);
    var _ = fetch.whenComplete((nothing, failure) -> underWay.remove(number));
    return fetch;
  }

  private ByteBuffer take(long bytes) {
    ByteBuffer known = spare.poll();
    return known != null && known.capacity() >= bytes
        ? known
        : ByteBuffer.allocateDirect((int) Math.max(bytes, 1 << 20));
  }

  /** Whether a buffer's bytes are the range's; -1, or the first place where they are not. */
  int mismatch(PinnedAsset asset, ByteRange range, ByteBuffer got) {
    ByteBuffer buffer = take(range.lengthBytes());
    int wrong = got.mismatch(content(asset, range, buffer));
    spare.add(buffer);
    return wrong;
  }

  /** Waits until what was asked for was taken in: readers do not wait for the disk. */
  void awaitQuiet() {
    for (CompletableFuture<Void> fetch : underWay.values()) {
      fetch.handle((nothing, failure) -> null).join();
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
