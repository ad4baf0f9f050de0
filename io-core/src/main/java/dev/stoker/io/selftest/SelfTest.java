package dev.stoker.io.selftest;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.cache.FillProgress;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.observe.LatencyRecorder;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.AssetSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One self-test: disk in bulk, then an origin in bulk, then a cache of its own on that disk with
 * small reads from each tier. Runs once; what it wrote is gone at the end.
 */
public final class SelfTest {
  private static final int MEBIBYTE = 1 << 20;

  /** What Blender and most decoders ask for at a time, and one grain of the cache. */
  private static final int RAM_READ_BYTES = 4 << 10;

  private static final int DISK_READ_BYTES = 64 << 10;

  /** Enough for a 99th percentile with twenty reads beyond it. */
  private static final int READS = 2_000;

  private final Path folder;
  private final long bytes;
  private final Function<AssetUri, AssetSource> sources;
  private final FetchOptions options;
  private final Metrics metrics = new Metrics();
  private final List<SelfTestReport.Rate> rates = new ArrayList<>();
  private final List<SelfTestReport.Latency> latencies = new ArrayList<>();

  /**
   * @param folder an existing folder on the cache's disk
   * @param bytes how much is written and how much is fetched at most; rounded up to 4 MiB
   * @param sources opens the origin
   */
  public SelfTest(
      Path folder, long bytes, Function<AssetUri, AssetSource> sources, FetchOptions options) {
    this.folder = folder;
    this.bytes = Math.max(1, (bytes + 4L * MEBIBYTE - 1) / (4L * MEBIBYTE)) * 4L * MEBIBYTE;
    this.sources = sources;
    this.options = options;
  }

  /**
   * Measures.
   *
   * @param origin a file or tree to fetch from, or null to leave origins out
   * @throws IoFailure when the disk or the origin cannot be used at all
   */
  public SelfTestReport run(@Nullable AssetUri origin, Deadline deadline) {
    Path work = null;
    try {
      work = Files.createTempDirectory(folder, "selftest-");
      return measured(origin, work, deadline);
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot test the disk of " + folder + ": " + e.getMessage(), e);
    } finally {
      if (work != null) {
        remove(work);
      }
    }
  }

  private SelfTestReport measured(@Nullable AssetUri origin, Path work, Deadline deadline) {
    Path file = work.resolve("file");
    DiskTest disk = new DiskTest(file, bytes);
    long buffered = rate("disk write, through the page cache", disk.writeBuffered());
    long direct = rate("disk write, O_DIRECT", disk.writeDirect());
    rate("disk read, O_DIRECT", disk.readDirect());
    long fetched = -1;
    try (FetchEngine engine = new FetchEngine(sources, options, metrics)) {
      if (origin != null) {
        fetched = rate("fetch from " + origin.origin(), fetch(engine, origin, deadline));
        latencies.add(
            latency(
                origin.origin(),
                0,
                metrics.latency(
                    "stoker_origin_request_seconds",
                    "Requests that were answered whole",
                    origin.origin())));
      }
      tiers(engine, FileUri.of(file), work, deadline);
    }
    String verdict =
        Verdict.of(
            folder, Math.max(buffered, direct), origin == null ? "" : origin.origin(), fetched);
    return new SelfTestReport(rates, latencies, verdict);
  }

  private long rate(String what, long bytesPerSecond) {
    if (bytesPerSecond >= 0) {
      rates.add(new SelfTestReport.Rate(what, bytesPerSecond));
    }
    return bytesPerSecond;
  }

  /** Fetches up to the test's size, dropping the bytes; gives the rate. */
  private long fetch(FetchEngine engine, AssetUri origin, Deadline deadline) {
    List<PinnedAsset> files = filesOf(origin, deadline);
    long wanted = 0;
    List<CompletableFuture<Void>> fetches = new ArrayList<>();
    long start = System.nanoTime();
    for (PinnedAsset file : files) {
      long length = Math.min(file.info().lengthBytes(), bytes - wanted);
      wanted += length;
      fetches.add(
          engine.fetch(
              file, new ByteRange(0, length), Priority.PREFETCH, deadline, (offset, data) -> {}));
    }
    try {
      CompletableFuture.allOf(fetches.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException | CancellationException e) {
      throw e.getCause() instanceof IoFailure failure
          ? failure
          : new IoFailure.Unavailable("Cannot fetch from " + origin + ": " + e, e);
    }
    return (long) (wanted * 1e9 / Math.max(1, System.nanoTime() - start));
  }

  private List<PinnedAsset> filesOf(AssetUri origin, Deadline deadline) {
    List<PinnedAsset> files = new ArrayList<>();
    try (AssetSource source = sources.apply(origin)) {
      if (!origin.namesTree()) {
        try {
          AssetInfo one = source.stat(AssetPath.ROOT, deadline);
          return List.of(new PinnedAsset(origin, one));
        } catch (IoFailure.NotFound perhapsATree) {
          // The listing tells.
        }
      }
      source.list(AssetPath.ROOT, deadline, info -> files.add(new PinnedAsset(origin, info)));
    }
    // Large ones first: they tell of bandwidth.
    files.sort(Comparator.comparingLong((PinnedAsset file) -> -file.info().lengthBytes()));
    long seen = 0;
    int count = 0;
    while (count < files.size() && seen < bytes) {
      seen += files.get(count++).info().lengthBytes();
    }
    if (seen == 0) {
      throw new IoFailure.NotFound("Cannot test " + origin + ": it holds no bytes to fetch.");
    }
    return files.subList(0, count);
  }

  /** Small reads of the test file by way of a cache of our own: first from disk, then from RAM. */
  private void tiers(FetchEngine engine, AssetUri file, Path work, Deadline deadline) {
    CacheSettings settings = CacheSettings.of(work.resolve("cache"), 2 * bytes, 64L * MEBIBYTE);
    try (BlockCache cache =
            BlockCache.open(settings, engine, (project, asset, until) -> {}, metrics);
        AssetSource source = sources.apply(file)) {
      PinnedAsset asset = new PinnedAsset(file, source.stat(AssetPath.ROOT, deadline));
      CachedAsset cached = cache.open(asset, "", deadline);
      cached.complete(Priority.DEMAND, deadline, FillProgress.NONE);
      Random random = new Random(1);
      int grains = (int) (asset.info().lengthBytes() / DISK_READ_BYTES);
      ByteBuffer large = ByteBuffer.allocateDirect(DISK_READ_BYTES);
      for (int i = 0; i < READS; i++) {
        long at = (long) random.nextInt(grains) * DISK_READ_BYTES;
        cached.read(new ByteRange(at, DISK_READ_BYTES), large.clear(), deadline);
      }
      latencies.add(
          latency(
              "disk",
              DISK_READ_BYTES,
              metrics.latency(
                  "stoker_cache_disk_read_seconds", "Reads served from the disks", "")));
      ByteBuffer small = ByteBuffer.allocateDirect(RAM_READ_BYTES);
      int hot = Math.min(grains, 256); // 16 MiB: fits the tier
      for (int i = 0; i < 2 * READS; i++) {
        long at = (long) random.nextInt(hot) * DISK_READ_BYTES;
        cached.read(new ByteRange(at, RAM_READ_BYTES), small.clear(), deadline);
      }
      latencies.add(
          latency(
              "ram",
              RAM_READ_BYTES,
              metrics.latency("stoker_cache_ram_read_seconds", "Reads served from memory", "")));
    }
  }

  private static SelfTestReport.Latency latency(String tier, long bytes, LatencyRecorder recorder) {
    Histogram all = recorder.snapshot();
    return new SelfTestReport.Latency(
        tier,
        bytes,
        all.getTotalCount(),
        all.getValueAtPercentile(50) / 1e3,
        all.getValueAtPercentile(95) / 1e3,
        all.getValueAtPercentile(99) / 1e3,
        all.getMaxValue() / 1e3);
  }

  private static void remove(Path work) {
    try (Stream<Path> all = Files.walk(work)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    } catch (IOException e) {
      System.getLogger(SelfTest.class.getName())
          .log(System.Logger.Level.WARNING, "Cannot remove {0}: {1}", work, e.getMessage());
    }
  }
}
