package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.pin.SessionPins;
import dev.stoker.io.prefetch.AccessTrace;
import dev.stoker.io.source.AssetSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * One session's own folder in the farm's mount: a tree for each location, one version of each file
 * for as long as it is there, and an account of what was done with them. Thread-safe.
 */
public final class SessionRoot implements AutoCloseable {
  /** Some 100 MB of heap; what is met beyond them may change from one lookup to the next. */
  private static final int MOST_PINS = 250_000;

  final String name;
  final long id;
  final int uid;
  final int gid;
  final SessionUse use = new SessionUse();
  final Map<String, SessionBranch> branches = new ConcurrentSkipListMap<>();
  private final SessionTree all;
  private final SessionPins pins;

  SessionRoot(SessionTree all, String name, long id, int uid, int gid, SessionPins pins) {
    this.all = all;
    this.pins = pins;
    this.name = name;
    this.id = id;
    this.uid = uid;
    this.gid = gid;
  }

  /** Names of the locations that it holds. */
  public Set<String> locations() {
    return Set.copyOf(branches.keySet());
  }

  /**
   * Adds a location, unless it is there.
   *
   * @param source opened for {@code uri}; this root's to close
   */
  public void add(
      String location, BlockCache cache, AssetUri uri, AssetSource source, AssetTreeOptions how) {
    long number = all.nextTree();
    AssetTree tree = new AssetTree(cache, uri, source, how, new Watch(location, uri, number));
    SessionBranch branch = new SessionBranch(number, tree);
    if (branches.putIfAbsent(location, branch) == null) {
      all.enter(branch);
    } else {
      tree.close();
    }
  }

  /**
   * Keeps to the version of a file that its origin just told of.
   *
   * @return what the session reads under that name
   */
  public CachedAsset keep(String location, AssetInfo info) {
    SessionBranch branch = branches.get(location);
    if (branch == null) {
      throw new IllegalArgumentException("The session " + name + " has no location " + location);
    }
    return branch.tree().keep(info);
  }

  /**
   * The same for one that the session will read for sure.
   *
   * @throws dev.stoker.io.asset.IoFailure.Changed when others that it reads with read another one
   */
  public CachedAsset keepDeclared(String location, AssetInfo info) {
    CachedAsset kept = keep(location, info);
    pins.require(location, kept.asset().tree(), kept.asset().info());
    return kept;
  }

  /** So many bytes came from an origin for it, besides what its readers waited for. */
  public void fetched(long bytes) {
    use.fetched(bytes);
  }

  /** A task begins: its account is empty, and names that were missing are looked for anew. */
  public void nextTask() {
    List<SessionUse.Missed> missed = use.nextTask();
    if (!missed.isEmpty()) {
      branches.values().forEach(branch -> branch.tree().lookAnew()); // before the kernel asks
      all.forget(missed);
    }
  }

  /** What the task did so far. */
  public RootUse use() {
    return use.use();
  }

  /** What the session did since it began. */
  public AccessTrace trace() {
    return use.trace();
  }

  /** Whether the kernel was given that version of a file to read past us. */
  public boolean passed(String identity) {
    return use.passed(identity);
  }

  /** Its folder is gone; who has files open below it reads on. */
  @Override
  public void close() {
    all.remove(this);
  }

  /** One location's. */
  private final class Watch implements TreeWatch {
    private final String location;
    private final AssetUri uri;
    private final long number;
    private final ConcurrentHashMap<AssetPath, Pin> pins = new ConcurrentHashMap<>();

    Watch(String location, AssetUri uri, long number) {
      this.location = location;
      this.uri = uri;
      this.number = number;
    }

    @Override
    public @Nullable Pin pinned(AssetPath path) {
      return pins.get(path);
    }

    @Override
    public @Nullable Pin pin(AssetInfo info) {
      Pin known = pins.get(info.path());
      if (known != null || pins.size() >= MOST_PINS) {
        return known;
      }
      Pin fresh = new Pin(info, System.nanoTime());
      Pin before = pins.putIfAbsent(info.path(), fresh);
      return before == null ? null : before; // null: its first description proves the right
    }

    @Override
    public boolean missed(long parent, AssetPath path) {
      return use.missed(location, SessionTree.global(number, parent), path);
    }

    @Override
    public void opening(AssetInfo info) {
      SessionRoot.this.pins.use(location, uri, info);
    }

    @Override
    public OpenUse opened(CachedAsset asset, boolean passed) {
      return use.opened(location, asset, passed);
    }

    /** Spread over all bits (the 64-bit golden ratio), so that no two trees' numbers meet. */
    @Override
    public long salt() {
      return number * 0x9e3779b97f4a7c15L & Long.MAX_VALUE;
    }
  }
}
