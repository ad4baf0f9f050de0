package dev.stoker.benchmarks.paths;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.cache.CachedAsset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading what the cache has: a part of a grain from memory, a whole one from the page cache. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BlockHit {
  private static final int FILE_BYTES = 16 << 20;
  private static final int PART_BYTES = 4 << 10;
  private static final int GRAIN_BYTES = 64 << 10;

  private final Path folder;
  private final BlockCache cache;
  private final CachedAsset asset;
  private final ByteBuffer part = ByteBuffer.allocateDirect(PART_BYTES);
  private final ByteBuffer grain = ByteBuffer.allocateDirect(GRAIN_BYTES);
  private final Random random = new Random(1);

  /** Fills the cache from an origin of zeros. */
  public BlockHit() {
    try {
      folder = Files.createTempDirectory("stoker-jmh-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cache =
        BlockCache.open(
            CacheSettings.of(folder, 64L << 20, 64L << 20),
            (wanted, range, priority, deadline, sink) -> {
              ByteBuffer zeros = ByteBuffer.allocateDirect((int) range.lengthBytes());
              sink.accept(range.offset(), zeros);
              return CompletableFuture.completedFuture(null);
            },
            (project, wanted, deadline) -> {});
    AssetInfo info =
        new AssetInfo(
            AssetPath.of("file"), new AssetVersion.ETag("\"1\""), FILE_BYTES, Instant.EPOCH, null);
    PinnedAsset pinned = new PinnedAsset(AssetUri.parse("http://origin.invalid/"), info);
    asset = cache.open(pinned, "project", soon());
    ByteBuffer all = ByteBuffer.allocateDirect(FILE_BYTES);
    asset.read(info.wholeRange(), all, soon());
    for (int at = 0; at < FILE_BYTES; at += GRAIN_BYTES) {
      asset.read(new ByteRange(at, PART_BYTES), part.clear(), soon());
    }
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  @Benchmark
  public ByteBuffer partOfAGrain() {
    long at = (long) random.nextInt(FILE_BYTES / PART_BYTES) * PART_BYTES;
    asset.read(new ByteRange(at, PART_BYTES), part.clear(), soon());
    return part;
  }

  @Benchmark
  public ByteBuffer wholeGrain() {
    long at = (long) random.nextInt(FILE_BYTES / GRAIN_BYTES) * GRAIN_BYTES;
    asset.read(new ByteRange(at, GRAIN_BYTES), grain.clear(), soon());
    return grain;
  }

  @TearDown
  public void close() throws IOException {
    cache.close();
    FolderTree.delete(folder);
  }
}
