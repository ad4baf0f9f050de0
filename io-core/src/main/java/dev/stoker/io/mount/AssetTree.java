package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.asset.Reader;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheUsage;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.cache.DamageListener;
import dev.stoker.io.cache.DamagedFile;
import dev.stoker.io.mount.Passthrough.Backing;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.FileTree;
import dev.stoker.io.mount.fuse.Kernel;
import dev.stoker.io.mount.fuse.NodeEntry;
import dev.stoker.io.mount.fuse.NodeStatus;
import dev.stoker.io.mount.fuse.OpenFile;
import dev.stoker.io.mount.fuse.OpenFolder;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.mount.fuse.TreeSpace;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.FolderItem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tree of an origin, read-only, through the block cache.
 *
 * <p>A name is looked up in its folder's listing where that is at hand; else a name that looks like
 * a file's is asked for by itself, and only when there is no such file the folder is listed, so
 * that the next thousand names that do not exist (a renderer's search path) cost nothing. The
 * version that a lookup finds is pinned to the node: whoever has it open reads that version or an
 * error, and a name that stands for a new version later gets a new node.
 *
 * <p>Thread-safe.
 */
public final class AssetTree implements FileTree, AutoCloseable {
  /** A pinned version does not change. */
  private static final long STATUS_NANOS = Duration.ofDays(1).toNanos();

  /** Even where a listing is about to be renewed, or every lookup would come to us. */
  private static final long LEAST_NAME_NANOS = Duration.ofSeconds(1).toNanos();

  /** Less than the cache believes in a reader's right, so that opening asks no origin. */
  private static final long RIGHT_NANOS = Duration.ofMinutes(50).toNanos();

  private final BlockCache cache;
  private final AssetUri uri;
  private final AssetSource source;
  private final AssetTreeOptions options;
  private final TreeWatch watch;
  private final Listings listings;
  private final Nodes nodes = new Nodes();
  private final FileAttributes attributes;
  private final AheadBudget budget;
  private final ReadCounters counters = new ReadCounters();
  private final DamageListener damage = this::damaged;
  private volatile @Nullable Passthrough passthrough;
  private final long mountedNanos = System.currentTimeMillis() * 1_000_000;

  /**
   * @param uri the tree
   * @param source opened for it; this tree's to close
   */
  public AssetTree(BlockCache cache, AssetUri uri, AssetSource source, AssetTreeOptions options) {
    this(cache, uri, source, options, TreeWatch.NONE);
  }

  /**
   * @param watch of the session whose tree it is
   */
  AssetTree(
      BlockCache cache,
      AssetUri uri,
      AssetSource source,
      AssetTreeOptions options,
      TreeWatch watch) {
    this.cache = cache;
    this.uri = uri;
    this.source = source;
    this.options = options;
    this.watch = watch;
    this.listings = new Listings(source, options.nameTimeout().toNanos());
    this.budget = new AheadBudget(options.aheadMemoryBytes());
    this.attributes = new FileAttributes(cache, options.project());
    cache.onDamage(damage);
  }

  /** Who has it open cannot be helped: the kernel reads for him. Nobody else gets it. */
  private void damaged(DamagedFile file) {
    nodes.files(file.identity()).forEach(node -> node.open.spoil());
  }

  /**
   * Looks whether there is such a tree.
   *
   * @throws IoFailure when it cannot be listed
   */
  public void requireThere(Deadline deadline) {
    listings.get(AssetPath.ROOT, deadline);
  }

  @Override
  public void mounted(Kernel kernel) {
    passthrough = new Passthrough(kernel);
  }

  @Override
  public NodeEntry lookup(Call call, long parent, String name) {
    Node.Folder folder = nodes.folderOf(parent);
    if (!AssetPath.isName(name)) {
      throw new TreeFailure(Errno.ENAMETOOLONG);
    }
    AssetPath path = child(folder, name);
    TreeWatch.Pin pin = watch.pinned(path);
    if (pin != null) {
      return file(pin);
    }
    NodeEntry entry = find(call, folder, name);
    return entry.node() != 0 || watch.missed(parent, path)
        ? entry
        : NodeEntry.nothing(0); // it could not be forgotten again
  }

  private NodeEntry find(Call call, Node.Folder folder, String name) {
    Listing listing = listings.fresh(folder.path);
    if (listing == null) {
      call.aboutToWait();
      NodeEntry file = looksLikeFile(name) ? described(call, folder, name) : null;
      if (file != null) {
        return file;
      }
      listing = listings.get(folder.path, call.deadline());
    }
    FolderItem item = listing.find(name);
    if (item == null) {
      return NodeEntry.nothing(nameNanos(listing));
    }
    NodeEntry known = entry(folder, item, nameNanos(listing));
    if (known != null) {
      return known;
    }
    call.aboutToWait();
    NodeEntry file = described(call, folder, item.name());
    return file == null ? NodeEntry.nothing(nameNanos(listing)) : file;
  }

  /** Whether it costs less to ask for the file than to list its folder. */
  private static boolean looksLikeFile(String name) {
    return name.lastIndexOf('.') > 0;
  }

  /** The file as the origin describes it now; null where there is none. */
  private @Nullable NodeEntry described(Call call, Node.Folder folder, String name) {
    try {
      AssetInfo info = source.stat(child(folder, name), call.deadline());
      return file(info, options.nameTimeout().toNanos());
    } catch (IoFailure.NotFound e) {
      return null;
    }
  }

  /** The node of an item of a listing; null where that does not tell the file's version. */
  private @Nullable NodeEntry entry(Node.Folder folder, FolderItem item, long nameNanos) {
    if (item.folder()) {
      Node.Folder node = nodes.folder(child(folder, item.name()));
      return new NodeEntry(node.id, nameNanos, STATUS_NANOS, status(node));
    }
    AssetInfo info = item.info();
    return info == null ? null : file(info, nameNanos);
  }

  private NodeEntry file(AssetInfo info, long nameNanos) {
    TreeWatch.Pin pin = watch.pin(info);
    if (pin != null) {
      return file(pin);
    }
    PinnedAsset asset = asset(info);
    cache.grant(options.project(), asset); // the origin told it to these very credentials
    Node.File node = nodes.file(asset, this::needsAnother, System.nanoTime());
    return new NodeEntry(node.id, nameNanos, STATUS_NANOS, status(node));
  }

  /** A version that stays the session's, whatever the origin has by now. */
  private NodeEntry file(TreeWatch.Pin pin) {
    Node.File node = nodes.file(asset(pin.info()), this::needsAnother, pin.describedNanos());
    return new NodeEntry(node.id, STATUS_NANOS, STATUS_NANOS, status(node));
  }

  /**
   * Keeps to a version that the origin told these very credentials of; before it is mounted.
   *
   * @return what readers of it get
   */
  CachedAsset keep(AssetInfo info) {
    TreeWatch.Pin pin = watch.pin(info);
    PinnedAsset asset = asset(pin == null ? info : pin.info());
    cache.grant(options.project(), asset);
    return cache.known(asset);
  }

  /** The next look at a folder asks the origin; versions that were kept to stay. */
  void lookAnew() {
    listings.forgetAll();
  }

  private boolean needsAnother(Node.File file) {
    return file.open.isSpoiled() || couldPass(file);
  }

  private PinnedAsset asset(AssetInfo info) {
    return new PinnedAsset(uri, info, new Reader(options.project(), options.project()));
  }

  /** Whether an open file, read through us, is all here by now. */
  private boolean couldPass(Node.File file) {
    Passthrough past = passthrough;
    return past != null
        && file.open.isOpenThroughUs()
        && file.asset.info().version().cacheable()
        && past.couldOpen(cache.known(file.asset));
  }

  private long nameNanos(Listing listing) {
    return Math.max(LEAST_NAME_NANOS, listings.leftNanos(listing));
  }

  private static AssetPath child(Node.Folder folder, String name) {
    return folder.path.resolve(new AssetPath(name));
  }

  @Override
  public void forget(long node, long uses) {
    nodes.forget(node, uses);
  }

  @Override
  public NodeStatus status(Call call, long node) {
    return status(nodes.get(node));
  }

  private NodeStatus status(Node node) {
    if (node instanceof Node.File file) {
      AssetInfo info = file.asset.info();
      Instant modified = info.modified();
      long modifiedNanos = modified.getEpochSecond() * 1_000_000_000L + modified.getNano();
      return of(
          file, NodeStatus.TYPE_FILE | options.fileMode(), 1, info.lengthBytes(), modifiedNanos);
    }
    return of(node, NodeStatus.TYPE_FOLDER | options.folderMode(), 2, 4096, mountedNanos);
  }

  private NodeStatus of(Node node, int mode, int links, long lengthBytes, long modifiedNanos) {
    return new NodeStatus(
        node.inode ^ watch.salt(),
        mode,
        links,
        options.uid(),
        options.gid(),
        lengthBytes,
        lengthBytes,
        modifiedNanos,
        modifiedNanos,
        modifiedNanos,
        STATUS_NANOS);
  }

  @Override
  public OpenFile open(Call call, long node, int flags) {
    Node.File file = nodes.fileOf(node);
    if ((flags & 3) != 0) {
      throw TreeFailure.READ_ONLY;
    }
    if (System.nanoTime() - file.describedNanos > RIGHT_NANOS) {
      call.aboutToWait();
    }
    watch.opening(file.asset.info());
    CachedAsset cached = cache.open(file.asset, options.project(), call.deadline());
    counters.opens.increment();
    Passthrough past = passthrough;
    Backing backing =
        file.open.open(() -> past == null ? null : past.open(cached, call.deadline()));
    OpenUse use = watch.opened(cached, backing != null);
    if (backing == null) {
      return new AssetFile(
          cached, options.readAheadBytes(), budget, counters, use, () -> closed(file));
    }
    counters.passthroughOpens.increment();
    return new PassedFile(
        new AssetFile(cached, 0, budget, counters, use, () -> closed(file)), backing.id());
  }

  private void closed(Node.File file) {
    Backing idle = file.open.close();
    Passthrough past = passthrough;
    if (idle != null && past != null) {
      past.close(idle);
    }
  }

  @Override
  public OpenFolder openFolder(Call call, long node) {
    Node.Folder folder = nodes.folderOf(node);
    Listing listing = listings.fresh(folder.path);
    if (listing == null) {
      call.aboutToWait();
      listing = listings.get(folder.path, call.deadline());
    }
    return new AssetFolder(folder, listing);
  }

  @Override
  public byte @Nullable [] attribute(Call call, long node, String name) {
    return nodes.get(node) instanceof Node.File file ? attributes.value(file.asset, name) : null;
  }

  @Override
  public List<String> attributes(Call call, long node) {
    return nodes.get(node) instanceof Node.File file ? attributes.names(file.asset) : List.of();
  }

  @Override
  public TreeSpace space(Call call) {
    CacheUsage usage = cache.usage();
    // Nothing can be written, so nothing is free; the size is that of what is at hand.
    return new TreeSpace(usage.bytes(), 0, nodes.count(), 0);
  }

  /** What readers of this tree did. */
  public ReadCounters counters() {
    return counters;
  }

  @Override
  public void close() {
    cache.offDamage(damage);
    Passthrough past = passthrough;
    if (past != null) {
      past.close();
    }
    source.close();
  }

  /** One listing, told from its begin to its end. */
  private final class AssetFolder implements OpenFolder {
    private final Node.Folder folder;
    private final Listing listing;
    private final List<Item> items;

    AssetFolder(Node.Folder folder, Listing listing) {
      this.folder = folder;
      this.listing = listing;
      this.items = listing.items().stream().map(this::item).toList();
    }

    private Item item(FolderItem item) {
      String path = child(folder, item.name()).value();
      return item.folder()
          ? new Item(item.name(), Node.inodeOf(path + "/") ^ watch.salt(), NodeStatus.TYPE_FOLDER)
          : new Item(item.name(), Node.inodeOf(path) ^ watch.salt(), NodeStatus.TYPE_FILE);
    }

    @Override
    public List<Item> items(Call call) {
      return items;
    }

    @Override
    public @Nullable NodeEntry entry(Call call, Item item) {
      FolderItem known = listing.find(item.name());
      return known == null ? null : AssetTree.this.entry(folder, known, nameNanos(listing));
    }
  }
}
