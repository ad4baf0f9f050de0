package dev.stoker.benchmarks.peers;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.testing.NginxServer;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B7: bytes that leave the origin for each byte that somebody reads, through an empty cache. */
@Command(name = "b7", description = "origin bytes for each byte read, cold random reads")
final class ReadAmplification implements Callable<Void> {
  private static final int READERS = 8;
  private static final long CACHE_BYTES = 4L << 30;
  private static final long CACHE_MEMORY_BYTES = 64L << 20;

  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--size", converter = ByteCount.class, description = "Size of the file (1g).")
  private long fileBytes = 1L << 30;

  @Option(names = "--reads", description = "How many reads (${DEFAULT-VALUE}).")
  private int reads = 2_000;

  @Override
  public Void call() throws Exception {
    try (Workplace place = Workplace.below(options.folder);
        NginxServer server = NginxServer.start()) {
      Workplace.fill(server.root().resolve("file"), fileBytes, 7);
      String aligned = measure(place, server, "64 KiB at multiples of 64 KiB", 64 << 10, 64 << 10);
      String shifted = measure(place, server, "64 KiB at multiples of 4 KiB", 64 << 10, 4 << 10);
      String small = measure(place, server, "4 KiB", 4 << 10, 4 << 10);
      throughMounts(place, server);
      System.out.printf(
          "| %s | B7: origin bytes ÷ bytes read, %,d cold random reads of %s, %d readers"
              + " | `benchmarks/peers b7` | %s; %s; %s | ≤ 8 ×, aim 2 ×; 4 KiB ≤ 32 × |%n",
          LocalDate.now(ZoneOffset.UTC),
          reads,
          ByteCount.say(fileBytes),
          READERS,
          aligned,
          shifted,
          small);
    }
    return null;
  }

  private String measure(
      Workplace place, NginxServer server, String name, int readBytes, int alignBytes)
      throws Exception {
    CacheSettings settings =
        CacheSettings.of(
            Workplace.remade(place.folder().resolve("cache")), CACHE_BYTES, CACHE_MEMORY_BYTES);
    double amplification;
    try (ShapedLink link = new ShapedLink(LinkShape.OPEN, server.port());
        Library library = new Library(FetchOptions.defaults(), Map.of());
        BlockCache cache =
            BlockCache.open(settings, library.engine(), (project, asset, deadline) -> {})) {
      PinnedAsset asset = library.pin(link.url() + "/", "file");
      CachedAsset cached = cache.open(asset, "project", Library.soon());
      long before = link.deliveredBytes();
      readAll(cached, readBytes, alignBytes);
      amplification = (link.deliveredBytes() - before) / ((double) reads * readBytes);
    }
    String said = "%s: %.2f ×".formatted(name, amplification);
    System.out.println(said);
    return said;
  }

  /** The same through mounts, by one reader. */
  private void throughMounts(Workplace place, NginxServer server) {
    MountReads mounts = new MountReads(options, place, "", null);
    for (int readBytes : new int[] {64 << 10, 4 << 10}) {
      for (String who : List.of(MountReads.STOKER, MountReads.RCLONE, MountReads.RCLONE_CACHE)) {
        if (options.takesPart(who)) {
          throughMount(mounts, server, who, readBytes);
        }
      }
    }
  }

  private void throughMount(MountReads mounts, NginxServer server, String who, int readBytes) {
    try (ShapedLink link = new ShapedLink(LinkShape.OPEN, server.port())) {
      mounts.mounted(
          who,
          link.url(),
          (name, peer, folder) -> {
            long before = link.deliveredBytes();
            MountReads.Reading reading =
                mounts.read(
                    peer,
                    folder.resolve("file"),
                    "random",
                    Integer.toString(readBytes),
                    Integer.toString(readBytes),
                    Integer.toString(reads),
                    "7");
            System.out.printf(
                "| %s | B7: the same through %s, %s reads, one reader | `benchmarks/peers b7` |"
                    + " %.2f ×, median %.0f µs | ≤ 8 ×, aim 2 ×; 4 KiB ≤ 32 × |%n",
                LocalDate.now(ZoneOffset.UTC),
                name,
                ByteCount.say(readBytes),
                (link.deliveredBytes() - before) / (double) reading.bytes(),
                reading.medianNanos() / 1e3);
          });
    }
  }

  private void readAll(CachedAsset cached, int readBytes, int alignBytes) throws Exception {
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int reader = 0; reader < READERS; reader++) {
        Random random = new Random(reader);
        all.add(
            readers.submit(
                () -> {
                  ByteBuffer into = ByteBuffer.allocateDirect(readBytes);
                  for (int read = 0; read < reads / READERS; read++) {
                    long offset =
                        random.nextLong((fileBytes - readBytes) / alignBytes) * alignBytes;
                    cached.read(new ByteRange(offset, readBytes), into.clear(), Library.soon());
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }
}
