package dev.stoker.io.cache;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.asset.Reader;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.posix.FolderHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The node's cache. One process owns its folders; all tasks on the node share it, each for the
 * projects that may read an asset at its origin.
 *
 * <p>Closing it needs no ceremony: what a killed process leaves is as good as what a closed one
 * leaves. Thread-safe.
 */
public final class BlockCache implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(BlockCache.class.getName());

  /** Frames that the RAM tier leaves to grains under way and to verification: a quarter. */
  private static final int TIER_SHARE_PERCENT = 75;

  /** Of the cache's memory, which is half of the fetch engine's: a quarter of that one's. */
  private static final int FRESH_SHARE = 2;

  /** Longer than any disk access that ends at all. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

  private final ConcurrentHashMap<EntryId, Entry> entries = new ConcurrentHashMap<>();
  private final List<CacheDisk> disks;
  private final Counters counters = new Counters();
  private final Grants grants;
  private final ReadRights rights;
  private final OpenFiles open;
  private final FramePool frames;
  private final RamTier ram;
  private final FreshBytes fresh;
  private final Departures departures;
  private final Intake intake;
  private final BlockReader reader;
  private final Filler filler;
  private final WholeFiles whole;
  private final Exposures exposures;
  private final Scrub scrub;
  private final Upkeep upkeep;
  private final ReadLatencies latencies;
  private final DamageReports damage = new DamageReports();
  private final BackgroundFills fills = new BackgroundFills();

  private final Pins pins = new Pins();

  private BlockCache(
      CacheSettings settings,
      List<CacheDisk> disks,
      RangeFetcher fetcher,
      ReadRights rights,
      Metrics metrics,
      LongSupplier nanos) {
    this.latencies = ReadLatencies.in(metrics);
    this.disks = disks;
    this.rights = rights;
    this.grants = new Grants(nanos);
    int frameCount = Math.toIntExact(Math.min(1 << 20, settings.memoryBytes() / Grain.BYTES));
    frames = new FramePool(frameCount);
    ram = new RamTier(frames, frameCount * TIER_SHARE_PERCENT / 100);
    fresh = new FreshBytes(settings.memoryBytes() / FRESH_SHARE);
    open = new OpenFiles(settings.maxOpenFiles() / 2, settings.memoryBytes() / 8);
    departures = new Departures(entries, open);
    BadGrains bad = new BadGrains(open, frames, counters, departures, damage);
    intake = new Intake(fetcher, open, frames, counters, departures, fresh);
    reader = new BlockReader(frames, ram, intake, bad, counters);
    filler = new Filler(intake, bad, frames, counters);
    Verifier verifier = new Verifier(bad, frames);
    Placer placer = new Placer(open, frames, departures, settings.trust(), nanos);
    whole = new WholeFiles(filler, verifier, placer, open, departures);
    exposures = new Exposures(placer, departures);
    scrub = new Scrub(entries.values(), bad, verifier, settings.trust(), nanos);
    upkeep = new Upkeep(entries.values(), open, verifier, departures, nanos);
    for (CacheDisk disk : disks) {
      disk.space.evictBy(departures);
      disk.lost.tell(damage);
      new DiskScan(disk).run(entry -> entries.put(entry.id, entry));
      disk.space.trim(); // the ceiling may have been lowered
    }
    scrub.start();
  }

  /**
   * Takes the cache's folders over.
   *
   * @throws IoFailure.Disk when another process owns one, or none can be used
   */
  public static BlockCache open(CacheSettings settings, RangeFetcher fetcher, ReadRights rights) {
    return open(settings, fetcher, rights, new Metrics());
  }

  /** The same, with metrics that the caller shows. */
  public static BlockCache open(
      CacheSettings settings, RangeFetcher fetcher, ReadRights rights, Metrics metrics) {
    return open(settings, fetcher, rights, metrics, System::nanoTime);
  }

  static BlockCache open(
      CacheSettings settings, RangeFetcher fetcher, ReadRights rights, LongSupplier nanos) {
    return open(settings, fetcher, rights, new Metrics(), nanos);
  }

  private static BlockCache open(
      CacheSettings settings,
      RangeFetcher fetcher,
      ReadRights rights,
      Metrics metrics,
      LongSupplier nanos) {
    List<CacheDisk> disks = new ArrayList<>();
    try {
      IoFailure.Disk unusable = null;
      for (CacheSettings.Disk disk : settings.disks()) {
        try {
          disks.add(CacheDisk.open(disk, nanos));
        } catch (IoFailure.Disk e) {
          unusable = e;
          if (e.getCause() != null) { // another's folder is thrown below
            LOG.log(System.Logger.Level.ERROR, e.getMessage());
          }
        }
      }
      if (unusable != null && (disks.isEmpty() || unusable.getCause() == null)) {
        throw unusable;
      }
      return new BlockCache(settings, disks, fetcher, rights, metrics, nanos);
    } catch (RuntimeException e) {
      disks.forEach(CacheDisk::close);
      throw e;
    }
  }

  /**
   * An asset as a project reads it.
   *
   * @throws IoFailure.Denied when the project may not read it at its origin
   * @throws IoFailure.Invalid when its origin gives it no version, so that it cannot be cached
   */
  public CachedAsset open(PinnedAsset asset, String project, Deadline deadline) {
    if (!asset.info().version().cacheable()) {
      throw new IoFailure.Invalid(
          "Cannot cache " + asset + ": its origin offers no validator that tells versions apart.");
    }
    PinnedAsset own =
        asset.reader().project().equals(project)
            ? asset
            : asset.readBy(new Reader(project, project));
    CachedAsset cached = new CachedAsset(this, own, EntryId.of(asset.identity()));
    if (!grants.holds(project, cached.id())) {
      rights.require(project, asset, deadline);
      grants.add(project, cached.id());
    }
    Entry known = entries.get(cached.id());
    if (known != null) {
      known.disk.space.touch(known);
    }
    return cached;
  }

  /** An asset whose reader's right was proven before; opening it counts for nothing. */
  public CachedAsset known(PinnedAsset asset) {
    return new CachedAsset(this, asset, EntryId.of(asset.identity()));
  }

  /** The origin just listed or described the asset to the project: that proves its right. */
  public void grant(String project, PinnedAsset asset) {
    grants.add(project, EntryId.of(asset.identity()));
  }

  /**
   * Says who else is told of damage to files that were laid out or opened for the kernel. What was
   * found before there was anybody is told at once.
   */
  public void onDamage(DamageListener listener) {
    damage.goTo(listener);
  }

  /** That one is told no more. */
  public void offDamage(DamageListener listener) {
    damage.goNoMoreTo(listener);
  }

  /** Reads every file that others read past us once, now, besides the scrub of its own. */
  public void scrub() throws InterruptedException {
    scrub.pass();
  }

  /** Lets go of everything that the owner pinned. */
  public void unpin(String owner) {
    pins.unpin(owner);
  }

  public CacheUsage usage() {
    return new CacheUsage(
        disks.stream().mapToLong(disk -> disk.space.entries()).sum(),
        disks.stream().mapToLong(disk -> disk.space.usedBytes()).sum(),
        disks.stream().mapToLong(disk -> disk.space.ceilingBytes()).sum(),
        open.count(),
        counters.hitBytes.sum(),
        counters.missBytes.sum(),
        counters.originBytes.sum(),
        counters.corruptGrains.sum(),
        counters.shedBytes.sum());
  }

  /** Its disks, for tests that keep them busy. */
  List<CacheDisk> disks() {
    return disks;
  }

  /** Memory of the RAM tier and of grains under way, in bytes. */
  long frameBytes() {
    return (long) frames.taken() * Grain.BYTES;
  }

  /**
   * Reads every grain of the wanted assets from disk again; damaged ones are dropped and will be
   * fetched when they are wanted.
   *
   * @param wanted told {@link dev.stoker.io.asset.AssetUri#canonical()} of each asset
   */
  public CacheCheck check(Predicate<String> wanted, Deadline deadline, CheckProgress progress) {
    return upkeep.check(wanted, deadline, progress);
  }

  /**
   * Drops the wanted assets, except those that a session has pinned or linked.
   *
   * @param wanted told {@link dev.stoker.io.asset.AssetUri#canonical()} of each asset
   */
  public CacheEviction evict(Predicate<String> wanted) {
    return upkeep.evict(wanted);
  }

  /** The folders of which it holds most, largest first; takes a look at every asset version. */
  public List<CachedFolder> folders(int most) {
    return upkeep.folders(most);
  }

  /** Checks everything; gives how many grains were damaged. */
  long verify(Deadline deadline) {
    return check(uri -> true, deadline, (files, total, bytes) -> {}).damagedGrains();
  }

  /** Drops all that nobody holds. */
  void evictAll() {
    evict(uri -> true);
  }

  /**
   * Gives the folders back. Readers must be done; what they were sent is written first, fills are
   * canceled, and what still arrives is dropped.
   */
  @Override
  public void close() {
    scrub.close();
    fills.close();
    fresh.close();
    Deadline patience = Deadline.after(CLOSE_PATIENCE);
    if (!intake.settle(patience) || !open.close(patience)) {
      LOG.log(System.Logger.Level.ERROR, "A disk of the cache hangs; its files stay open.");
    }
    disks.forEach(CacheDisk::close);
  }

  void read(CachedAsset asset, ByteRange range, ByteBuffer into, Deadline deadline) {
    if (range.isEmpty()) {
      return;
    }
    long startNanos = System.nanoTime();
    if (!readFromMemory(asset, range, into, startNanos)) {
      boolean here = reader.read(asset.asset(), entryOf(asset), range, into, deadline);
      (here ? latencies.disk() : latencies.origin()).record(System.nanoTime() - startNanos);
    }
    fresh.read(asset.id(), range);
  }

  private boolean readFromMemory(
      CachedAsset asset, ByteRange range, ByteBuffer into, long startNanos) {
    int grain = Grain.at(range.offset());
    int from = (int) (range.offset() - Grain.offset(grain));
    boolean isOneGrain = from + range.lengthBytes() <= Grain.BYTES;
    if ((isOneGrain && ram.copy(asset.id(), grain, from, into))
        || fresh.copy(asset.id(), range, into)) {
      counters.hitBytes.add(range.lengthBytes());
      latencies.ram().record(System.nanoTime() - startNanos);
      return true;
    }
    return false;
  }

  boolean readIfHere(CachedAsset asset, ByteRange range, ByteBuffer into) {
    long startNanos = System.nanoTime();
    if (range.isEmpty() || readFromMemory(asset, range, into, startNanos)) {
      return true;
    }
    Entry entry = entries.get(asset.id());
    if (entry == null
        || entry.lengthBytes != asset.lengthBytes()
        || !reader.readIfHere(asset.asset(), entry, range, into)) {
      return false;
    }
    latencies.disk().record(System.nanoTime() - startNanos);
    return true;
  }

  @Nullable LentBytes lend(CachedAsset asset, ByteRange range) {
    return lent(fresh.lend(asset.id(), range));
  }

  @Nullable LentBytes lendFirst(CachedAsset asset, ByteRange range) {
    return lent(fresh.lendFirst(asset.id(), range));
  }

  private @Nullable LentBytes lent(@Nullable LentBytes bytes) {
    if (bytes != null) {
      counters.hitBytes.add(bytes.bytes().remaining());
    }
    return bytes;
  }

  /** A reader who had bytes brought ahead is gone. */
  void leave(CachedAsset asset) {
    fresh.drop(asset.id());
  }

  long presentBytes(CachedAsset asset) {
    Entry entry = entries.get(asset.id());
    if (entry == null) {
      return 0;
    }
    try (OpenFiles.Use use = open.use(entry, false, new Deadline(System.nanoTime()))) {
      return use == null ? 0 : use.files().presentBytes();
    } catch (IOException e) {
      departures.failed(entry.disk, e);
      return 0;
    }
  }

  CompletableFuture<Void> fill(
      CachedAsset asset,
      List<ByteRange> ranges,
      Priority priority,
      Deadline deadline,
      FillProgress progress) {
    List<ByteRange> wanted = List.copyOf(ranges);
    return fills.start(
        asset.toString(),
        () -> filler.fill(asset.asset(), entryOf(asset), wanted, priority, deadline, progress));
  }

  void complete(CachedAsset asset, Priority priority, Deadline deadline, FillProgress progress) {
    whole.complete(asset.asset(), entryOf(asset), priority, deadline, progress);
  }

  boolean isComplete(CachedAsset asset) {
    return whole.isComplete(entry(asset));
  }

  PlacedFile place(
      CachedAsset asset, FolderHandle folder, String name, Placement cheapest, Deadline deadline) {
    return whole.place(asset.asset(), entryOf(asset), folder, name, cheapest, deadline);
  }

  @Nullable ExposedFile expose(CachedAsset asset, Deadline deadline) {
    Entry entry = entries.get(asset.id());
    return entry == null ? null : exposures.expose(entry, deadline);
  }

  boolean isExposable(CachedAsset asset) {
    Entry entry = entries.get(asset.id());
    return entry != null
        && entry.onDisk
        && whole.isReady(asset.asset(), entry, new Deadline(System.nanoTime()));
  }

  void pin(CachedAsset asset, String owner) {
    pins.pin(() -> entry(asset), owner);
  }

  private Function<PinnedAsset, Entry> entryOf(CachedAsset asset) {
    return pinned -> entry(asset);
  }

  /** The asset's entry, a new one where there is none. */
  private Entry entry(CachedAsset asset) {
    while (true) {
      Entry entry = entries.computeIfAbsent(asset.id(), id -> create(asset));
      if (entry.lengthBytes != asset.lengthBytes()) {
        throw new IoFailure.Corrupt(
            "Cannot read "
                + asset
                + ": its origin gave one version token to "
                + entry.lengthBytes
                + " and to "
                + asset.lengthBytes()
                + " bytes.");
      }
      if (!entry.gone) {
        return entry;
      }
      entries.remove(asset.id(), entry); // its files are unlinked already
    }
  }

  private Entry create(CachedAsset asset) {
    CacheDisk disk = CacheDisk.choose(disks, asset.id());
    Entry entry = new Entry(asset.id(), asset.asset().identity(), asset.lengthBytes(), disk);
    disk.space.add(entry);
    return entry;
  }
}
