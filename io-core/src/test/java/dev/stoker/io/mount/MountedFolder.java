package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.cache.FillProgress;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.mount.fuse.SessionOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.file.FileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A folder, mounted through a cache in another; all in one of a test's own. */
final class MountedFolder implements AutoCloseable {
  /** For every read and lookup. */
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Path origin;
  private final Path cacheFolder;
  private final Path mounted;
  private final long cacheBytes;
  private final FetchEngine engine;
  private BlockCache cache;
  private AssetTree tree;
  private AssetMount mount;

  private MountedFolder(Path top, long cacheBytes) throws IOException {
    this.origin = Files.createDirectories(top.resolve("origin"));
    this.cacheFolder = Files.createDirectories(top.resolve("cache"));
    this.mounted = Files.createDirectories(top.resolve("mnt"));
    this.cacheBytes = cacheBytes;
    this.engine =
        new FetchEngine(
            uri -> new FileSource((FileUri) uri),
            FetchOptions.defaults().withMemoryBytes(32 << 20),
            new Metrics());
  }

  static MountedFolder in(Path top, long cacheBytes) throws IOException {
    MountedFolder made = new MountedFolder(top, cacheBytes);
    made.mount();
    return made;
  }

  void mount() {
    cache =
        BlockCache.open(
            CacheSettings.of(cacheFolder, cacheBytes, 8 << 20),
            engine,
            (project, asset, deadline) -> {});
    FileUri uri = (FileUri) AssetUri.parse(origin + "/");
    tree = new AssetTree(cache, uri, new FileSource(uri), AssetTreeOptions.of(0, 0));
    mount =
        AssetMount.mount(
            mounted,
            tree,
            new AssetMount.Settings(
                "test", true, false, 128, new SessionOptions(2, TIMEOUT, 16 << 20, true)));
  }

  void unmount() {
    mount.close();
    tree.close();
    cache.close();
  }

  Path origin() {
    return origin;
  }

  Path mounted() {
    return mounted;
  }

  BlockCache cache() {
    return cache;
  }

  AssetTree tree() {
    return tree;
  }

  AssetMount session() {
    return mount;
  }

  /** Has the whole file in the cache, whatever readers read of it. */
  void bring(String name) {
    FileUri uri = (FileUri) AssetUri.parse(origin + "/");
    Deadline soon = Deadline.after(TIMEOUT);
    try (FileSource source = new FileSource(uri)) {
      cache
          .known(new PinnedAsset(uri, source.stat(AssetPath.of(name), soon)))
          .complete(Priority.PREFETCH, soon, FillProgress.NONE);
    }
  }

  /** Where the bytes of what is cached lie. */
  List<Path> dataFiles() throws IOException {
    try (Stream<Path> all = Files.walk(cacheFolder)) {
      return all.filter(path -> path.toString().endsWith(".data")).toList();
    }
  }

  @Override
  public void close() {
    unmount();
    engine.close();
  }
}
