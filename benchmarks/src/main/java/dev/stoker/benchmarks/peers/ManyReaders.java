package dev.stoker.benchmarks.peers;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoSettings;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobSettings;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/**
 * The process that B9 weighs: a node's I/O process with many readers in it, or the same at rest.
 * Arguments: TREE-URL FILES READERS SECONDS MEMORY-BYTES CACHE-BYTES FOLDER RESULT; 0 READERS rest.
 * Writes how many bytes were read a second.
 */
final class ManyReaders {
  /** What the kernel asks a FUSE server for by default. */
  private static final int READ_BYTES = 128 << 10;

  /** A renderer reads on for a while, then elsewhere. */
  private static final int READS_IN_A_ROW = 128;

  /** Readers at rest have their memory, too: it is theirs and not Stoker's. */
  private static final int BUFFERS = 256;

  private ManyReaders() {}

  public static void main(String[] arguments) throws Exception {
    int readers = Integer.parseInt(arguments[2]);
    long seconds = Long.parseLong(arguments[3]);
    Path folder = Path.of(arguments[6]);
    IoSettings settings =
        new IoSettings(
            folder.resolve("data"),
            List.of(new CacheSettings.Disk(folder.resolve("cache"), Long.parseLong(arguments[5]))),
            Long.parseLong(arguments[4]),
            BlobSettings.fromEnvironment(Map.of()));
    List<ByteBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < BUFFERS; i++) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
      for (int at = 0; at < READ_BYTES; at += 4096) {
        buffer.put(at, (byte) 1);
      }
      buffers.add(buffer);
    }
    try (IoNode node = IoNode.open(settings)) {
      List<CachedAsset> assets = open(node, arguments[0], Integer.parseInt(arguments[1]));
      LongAdder bytes = new LongAdder();
      long start = System.nanoTime();
      read(assets, buffers.subList(0, readers), start + seconds * 1_000_000_000, bytes);
      double rate = bytes.sum() * 1e9 / (System.nanoTime() - start);
      Files.writeString(Path.of(arguments[7]), Long.toString((long) rate));
    }
  }

  private static List<CachedAsset> open(IoNode node, String tree, int files) {
    List<CachedAsset> assets = new ArrayList<>();
    AssetUri uri = AssetUri.parse(tree);
    try (HttpTransport transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()))) {
      Sources sources = new Sources(transport, BlobSettings.fromEnvironment(Map.of()));
      try (AssetSource source = sources.open(uri)) {
        for (int i = 0; i < files; i++) {
          PinnedAsset asset =
              new PinnedAsset(uri, source.stat(AssetPath.of("file" + i), Library.soon()));
          assets.add(node.blocks().open(asset, "project", Library.soon()));
        }
      }
    }
    return assets;
  }

  private static void read(
      List<CachedAsset> assets, List<ByteBuffer> buffers, long endNanos, LongAdder bytes)
      throws Exception {
    if (buffers.isEmpty()) {
      LinkClock.sleepUntil(endNanos);
      return;
    }
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < buffers.size(); i++) {
        CachedAsset asset = assets.get(i % assets.size());
        ByteBuffer into = buffers.get(i);
        Random random = new Random(i);
        all.add(
            readers.submit(
                () -> {
                  while (System.nanoTime() < endNanos) {
                    readOn(asset, into, random, endNanos, bytes);
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private static void readOn(
      CachedAsset asset, ByteBuffer into, Random random, long endNanos, LongAdder bytes) {
    long stretch = (long) READ_BYTES * READS_IN_A_ROW;
    long from = random.nextLong(asset.lengthBytes() / stretch) * stretch;
    for (int i = 0; i < READS_IN_A_ROW && System.nanoTime() < endNanos; i++) {
      asset.read(
          new ByteRange(from + (long) i * READ_BYTES, READ_BYTES),
          into.clear(),
          Deadline.after(Duration.ofMinutes(2)));
      bytes.add(READ_BYTES);
    }
  }
}
