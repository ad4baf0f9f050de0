package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheCheck;
import dev.stoker.io.cache.CacheEviction;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.cache.CacheUsage;
import dev.stoker.io.cache.CachedFolder;
import dev.stoker.io.cache.ReadRights;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.pin.NodePins;
import dev.stoker.io.pin.PinReport;
import dev.stoker.io.pin.PinRequest;
import dev.stoker.io.prefetch.WantedUri;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.SourceOpener;
import dev.stoker.io.stage.DamagedStages;
import dev.stoker.io.stage.StageOwner;
import dev.stoker.io.stage.Stager;
import dev.stoker.io.stage.Tally;
import dev.stoker.io.stage.WantedTree;
import dev.stoker.io.sync.TreeWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The I/O process in this process: cache, origins and stages. One node has one; others reach it by
 * {@link IoClient}. Thread-safe.
 */
public final class IoNode implements NodeCache {
  /** Of the cache's own memory, for copies through it. */
  private static final int COPY_SHARE = 2;

  /** Eight windows on their way keep disk and network busy. */
  private static final long MOST_COPY_BYTES = 32L << 20;

  private final BlockCache cache;
  private final Stager stager;
  private final Origins origins;
  private final CacheSettings settings;
  private final NodeMounts mounts;
  private final OriginProbes probes;
  private final NodeRoots roots;
  private final NodePins pins = new NodePins();

  private IoNode(
      BlockCache cache,
      Stager stager,
      Origins origins,
      CacheSettings settings,
      Path dataFolder,
      @Nullable Path mount) {
    this.cache = cache;
    this.stager = stager;
    this.origins = origins;
    this.settings = settings;
    this.mounts =
        new NodeMounts(cache, origins, settings.memoryBytes(), dataFolder.resolve("spool"));
    this.probes = new OriginProbes(origins);
    this.roots = new NodeRoots(cache, origins, pins, mount, settings.memoryBytes());
    stager.alsoHeld(roots::holding);
    stager.keepTo(pins::of);
  }

  /** Everything that knows origins; closed last. */
  interface Origins extends RangeFetcher, SourceOpener, AutoCloseable {
    /**
     * Opens a tree to change it.
     *
     * @param source the same tree for reading; stays its owner's to close
     */
    default TreeWriter writer(AssetUri tree, String project, AssetSource source) {
      throw new IoFailure.Invalid("Cannot write to " + tree + ": this node only reads.");
    }

    @Override
    void close();
  }

  /**
   * Takes the data and cache folders over and removes what dead processes left staged.
   *
   * @throws dev.stoker.io.asset.IoFailure.Disk when another process owns them, naming it
   */
  public static IoNode open(IoSettings settings) {
    return open(settings, new Metrics());
  }

  /** The same, with metrics that the caller shows. */
  public static IoNode open(IoSettings settings, Metrics metrics) {
    return open(
        settings.dataFolder(),
        settings.cache(),
        new NodeOrigins(settings, metrics),
        metrics,
        settings.mount());
  }

  /** Closes {@code origins} where it fails. */
  static IoNode open(Path dataFolder, CacheSettings settings, Origins origins) {
    return open(dataFolder, settings, origins, new Metrics(), null);
  }

  private static IoNode open(
      Path dataFolder,
      CacheSettings settings,
      Origins origins,
      Metrics metrics,
      @Nullable Path mount) {
    BlockCache cache = null;
    try {
      cache = BlockCache.open(settings, origins, rights(origins), metrics);
      Stager stager = new Stager(cache, origins, origins, dataFolder.resolve("stages"));
      return new IoNode(cache, stager, origins, settings, dataFolder, mount);
    } catch (RuntimeException e) {
      if (cache != null) {
        cache.close();
      }
      origins.close();
      throw e;
    }
  }

  /** A project may read what its own credentials can describe. */
  private static ReadRights rights(SourceOpener sources) {
    return (String project, PinnedAsset asset, Deadline deadline) -> {
      try (AssetSource source = sources.open(asset.tree(), project)) {
        source.stat(asset.info().path(), deadline);
      }
    };
  }

  @Override
  public StageProgress stage(
      StageRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    return stage(request, StageOwner.of(ProcessHandle.current().pid()), deadline, progress);
  }

  /** The same for another process, whose death makes the stage a leftover. */
  StageProgress stage(
      StageRequest request, StageOwner owner, Deadline deadline, Consumer<StageProgress> progress) {
    List<WantedTree> trees =
        request.trees().stream()
            .map(tree -> new WantedTree(tree.name(), AssetUri.parse(tree.uri()), tree.include()))
            .toList();
    return progressOf(
        stager.stage(
            request.stageId(),
            request.project(),
            Path.of(request.folder()),
            trees,
            owner,
            deadline,
            tally -> progress.accept(progressOf(tally))));
  }

  private static StageProgress progressOf(Tally tally) {
    return new StageProgress(
        tally.filesTotal(),
        tally.filesDone(),
        tally.bytesTotal(),
        Math.min(tally.bytesTotal(), tally.originBytes() + tally.cachedBytes()),
        tally.originBytes(),
        tally.cachedBytes());
  }

  @Override
  public void giveStage(String stageId, long pid) {
    stager.give(stageId, StageOwner.of(pid));
    roots.give(stageId, StageOwner.of(pid));
  }

  @Override
  public MountState mountState() {
    return roots.state();
  }

  @Override
  public String openRoot(RootRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    return openRoot(request, StageOwner.of(ProcessHandle.current().pid()), deadline, progress);
  }

  /** The same for another process, whose death makes the folder a leftover. */
  String openRoot(
      RootRequest request, StageOwner owner, Deadline deadline, Consumer<StageProgress> progress) {
    return roots.open(request, owner, deadline, progress);
  }

  @Override
  public void nextTask(String rootId) {
    roots.nextTask(rootId);
  }

  @Override
  public RootReport rootReport(String rootId) {
    return roots.report(rootId);
  }

  @Override
  public PinReport pin(PinRequest request) {
    return pins.pin(request);
  }

  @Override
  public List<String> unstage(String stageId) {
    roots.close(stageId);
    try {
      return stager.unstage(stageId);
    } finally {
      pins.forget(stageId);
    }
  }

  @Override
  public DamagedStages awaitDamage(long seen, Deadline deadline) {
    return stager.awaitDamage(seen, deadline);
  }

  @Override
  public void probe(String uri, String project, Deadline deadline) {
    probes.probe(uri, project, deadline);
  }

  @Override
  public List<String> mounts() {
    List<String> all = new ArrayList<>(mounts.folders());
    MountState own = roots.state();
    if (own.works()) {
      all.add(own.folder());
    }
    return List.copyOf(all);
  }

  @Override
  public CacheReport cache() {
    CacheUsage usage = cache.usage();
    return new CacheReport(
        usage.files(),
        usage.bytes(),
        usage.ceilingBytes(),
        usage.hitBytes(),
        usage.missBytes(),
        usage.originBytes(),
        usage.corruptGrains());
  }

  @Override
  public List<CachedFolder> cachedFolders(int most) {
    return cache.folders(most);
  }

  @Override
  public TransferReport warm(
      WarmRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    return new Warming(cache, origins, request).run(deadline, progress);
  }

  @Override
  public TransferReport copy(
      CopyRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    long bufferBytes = Math.min(MOST_COPY_BYTES, settings.memoryBytes() / COPY_SHARE);
    try (CachedRanges ranges = new CachedRanges(cache, origins, request.project(), bufferBytes)) {
      return new CachedCopy(ranges, origins, request).run(deadline, progress);
    }
  }

  @Override
  public CacheCheck verify(List<String> uris, Deadline deadline, Consumer<StageProgress> progress) {
    return cache.check(
        wanted(uris),
        deadline,
        (files, filesTotal, bytes) ->
            progress.accept(new StageProgress(filesTotal, files, 0, bytes, 0, bytes)));
  }

  @Override
  public CacheEviction evict(List<String> uris, Deadline deadline) {
    return cache.evict(wanted(uris));
  }

  @Override
  public String mount(MountRequest request, Deadline deadline) {
    return mount(request, ProcessHandle.current().pid(), deadline);
  }

  /** The same for another process. */
  String mount(MountRequest request, long pid, Deadline deadline) {
    return mounts.mount(request, pid, deadline);
  }

  @Override
  public boolean unmount(String folder) {
    return mounts.unmount(folder);
  }

  @Override
  public boolean awaitUnmount(String folder, Deadline deadline) {
    return mounts.awaitUnmount(folder, deadline);
  }

  private static Predicate<String> wanted(List<String> uris) {
    List<WantedUri> wanted = uris.stream().map(WantedUri::parse).toList();
    return canonical -> wanted.isEmpty() || WantedUri.anyMatches(wanted, canonical);
  }

  /** Where the cache lies. */
  List<Path> cacheFolders() {
    return settings.disks().stream().map(CacheSettings.Disk::folder).toList();
  }

  /** The cache itself, for readers in this process. */
  public BlockCache blocks() {
    return cache;
  }

  /** Stages stay as they are; who asked for them takes them away, or the next start does. */
  @Override
  public void close() {
    roots.close();
    mounts.close();
    cache.close();
    origins.close();
  }
}
