package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeSink;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.file.FileSource;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** Local folders as origins, one read per request, a few at once. */
final class LocalOrigins implements IoNode.Origins {
  final AtomicLong sentBytes = new AtomicLong();
  volatile boolean hangs;
  private final Semaphore buffers = new Semaphore(8);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Override
  public AssetSource open(AssetUri tree, String project) {
    return new FileSource((FileUri) tree);
  }

  @Override
  public CompletableFuture<Void> fetch(
      PinnedAsset asset, ByteRange range, Priority priority, Deadline deadline, RangeSink sink) {
    if (hangs) {
      return new CompletableFuture<>();
    }
    return CompletableFuture.runAsync(
        () -> {
          buffers.acquireUninterruptibly();
          try (AssetSource source = open(asset.tree(), "")) {
            ByteBuffer into = ByteBuffer.allocateDirect((int) range.lengthBytes());
            source.read(asset.info(), range, into, deadline).join();
            sentBytes.addAndGet(range.lengthBytes());
            sink.accept(range.offset(), into.flip());
          } finally {
            buffers.release();
          }
        },
        threads);
  }

  @Override
  public void close() {
    threads.close();
  }
}
