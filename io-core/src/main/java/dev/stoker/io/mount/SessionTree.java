package dev.stoker.io.mount;

import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CacheUsage;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.FileTree;
import dev.stoker.io.mount.fuse.Kernel;
import dev.stoker.io.mount.fuse.NodeEntry;
import dev.stoker.io.mount.fuse.NodeStatus;
import dev.stoker.io.mount.fuse.OpenFile;
import dev.stoker.io.mount.fuse.OpenFolder;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.mount.fuse.TreeSpace;
import dev.stoker.io.pin.SessionPins;
import dev.stoker.io.posix.Mounts;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The farm's mount: a folder for each session, which only its user enters, and below it a folder
 * for each location. A node's id is its tree's number above its id in that tree; tree 0 holds the
 * sessions themselves. Thread-safe.
 */
public final class SessionTree implements FileTree, AutoCloseable {
  private static final int TREE_SHIFT = 32;
  private static final long LOCAL_MASK = (1L << TREE_SHIFT) - 1;

  /** A session's folders stay as long as the session; taking it away says so to the kernel. */
  private static final long NAME_NANOS = Duration.ofDays(1).toNanos();

  /** Others may pass, not look: names of sessions are nobody's business. */
  private static final int TOP_MODE = 0711;

  private static final int ROOT_MODE = 0700;

  private final BlockCache cache;
  private final Map<String, SessionRoot> byName = new ConcurrentHashMap<>();
  private final Map<Long, SessionRoot> byId = new ConcurrentHashMap<>();
  private final Map<Long, SessionBranch> branches = new ConcurrentHashMap<>();
  private final AtomicLong trees = new AtomicLong();
  private final AtomicLong sessions = new AtomicLong(ROOT);
  private final long mountedNanos = System.currentTimeMillis() * 1_000_000;
  private volatile @Nullable Kernel kernel;

  public SessionTree(BlockCache cache) {
    this.cache = cache;
  }

  /**
   * Makes a session's folder, or gives the one that there is.
   *
   * @param uid who may enter it
   */
  public SessionRoot root(String name, int uid, int gid) {
    return root(name, uid, gid, SessionPins.NONE);
  }

  /**
   * The same.
   *
   * @param pins what it keeps to
   */
  public SessionRoot root(String name, int uid, int gid, SessionPins pins) {
    return byName.computeIfAbsent(
        name,
        fresh -> {
          SessionRoot root =
              new SessionRoot(this, fresh, sessions.incrementAndGet(), uid, gid, pins);
          byId.put(root.id, root);
          return root;
        });
  }

  /** The session of that name; null where there is none. */
  public @Nullable SessionRoot find(String name) {
    return byName.get(name);
  }

  /** All that there are. */
  public Collection<SessionRoot> roots() {
    return List.copyOf(byName.values());
  }

  static long global(long tree, long local) {
    return tree << TREE_SHIFT | local;
  }

  long nextTree() {
    return trees.incrementAndGet();
  }

  void enter(SessionBranch branch) {
    Kernel known = kernel;
    if (known != null) {
      branch.tree().mounted(known);
    }
    branches.put(branch.number(), branch);
  }

  void forget(List<SessionUse.Missed> names) {
    Kernel known = kernel;
    if (known != null) {
      names.forEach(missed -> known.forgetName(missed.parent(), missed.name()));
    }
  }

  void remove(SessionRoot root) {
    byName.remove(root.name, root);
    byId.remove(root.id);
    Kernel known = kernel;
    if (known != null) {
      known.forgetName(ROOT, root.name);
    }
    for (SessionBranch branch : root.branches.values()) {
      branches.remove(branch.number());
      branch.tree().close();
    }
  }

  @Override
  public void mounted(Kernel mounted) {
    kernel = mounted;
    branches.values().forEach(branch -> branch.tree().mounted(mounted));
  }

  private SessionBranch branch(long node) {
    SessionBranch branch = branches.get(node >>> TREE_SHIFT);
    if (branch == null) {
      throw TreeFailure.STALE;
    }
    return branch;
  }

  private static boolean isOwn(long node) {
    return node >>> TREE_SHIFT == 0;
  }

  private static long local(long node) {
    return node & LOCAL_MASK;
  }

  private static NodeEntry global(SessionBranch branch, NodeEntry entry) {
    return entry.node() == 0
        ? entry
        : new NodeEntry(
            global(branch.number(), entry.node()),
            entry.nameNanos(),
            entry.statusNanos(),
            entry.status());
  }

  private SessionRoot rootOf(long node) {
    SessionRoot root = byId.get(node);
    if (root == null) {
      throw TreeFailure.STALE;
    }
    return root;
  }

  @Override
  public NodeEntry lookup(Call call, long parent, String name) {
    if (!isOwn(parent)) {
      SessionBranch branch = branch(parent);
      return global(branch, branch.tree().lookup(call, local(parent), name));
    }
    if (parent == ROOT) {
      SessionRoot root = byName.get(name);
      return root == null
          ? NodeEntry.nothing(0) // it may come at any moment
          : new NodeEntry(root.id, NAME_NANOS, NAME_NANOS, status(root));
    }
    SessionBranch branch = rootOf(parent).branches.get(name);
    return branch == null ? NodeEntry.nothing(0) : top(call, branch);
  }

  private static NodeEntry top(Call call, SessionBranch branch) {
    NodeStatus status = branch.tree().status(call, ROOT);
    return new NodeEntry(global(branch.number(), ROOT), NAME_NANOS, status.validNanos(), status);
  }

  @Override
  public void forget(long node, long uses) {
    SessionBranch branch = branches.get(node >>> TREE_SHIFT);
    if (branch != null) {
      branch.tree().forget(local(node), uses);
    }
  }

  @Override
  public NodeStatus status(Call call, long node) {
    if (!isOwn(node)) {
      return branch(node).tree().status(call, local(node));
    }
    return node == ROOT ? folder(node, TOP_MODE, Mounts.uid(), Mounts.gid()) : status(rootOf(node));
  }

  private NodeStatus status(SessionRoot root) {
    return folder(root.id, ROOT_MODE, root.uid, root.gid);
  }

  private NodeStatus folder(long inode, int mode, int uid, int gid) {
    return new NodeStatus(
        inode,
        NodeStatus.TYPE_FOLDER | mode,
        2,
        uid,
        gid,
        4096,
        4096,
        mountedNanos,
        mountedNanos,
        mountedNanos,
        NAME_NANOS);
  }

  @Override
  public OpenFile open(Call call, long node, int flags) {
    if (isOwn(node)) {
      throw TreeFailure.IS_A_FOLDER;
    }
    return branch(node).tree().open(call, local(node), flags);
  }

  @Override
  public OpenFolder openFolder(Call call, long node) {
    if (!isOwn(node)) {
      SessionBranch branch = branch(node);
      return new BranchFolder(branch, branch.tree().openFolder(call, local(node)));
    }
    if (node == ROOT) {
      return new OwnFolder(
          byName.values().stream()
              .map(root -> new OpenFolder.Item(root.name, root.id, NodeStatus.TYPE_FOLDER))
              .toList());
    }
    return new OwnFolder(
        rootOf(node).branches.entrySet().stream()
            .map(
                entry ->
                    new OpenFolder.Item(
                        entry.getKey(),
                        entry.getValue().tree().status(call, ROOT).inode(),
                        NodeStatus.TYPE_FOLDER))
            .toList());
  }

  /** Names that the kernel looks up itself. */
  private record OwnFolder(List<Item> names) implements OpenFolder {
    @Override
    public List<Item> items(Call call) {
      return names;
    }

    @Override
    public @Nullable NodeEntry entry(Call call, Item item) {
      return null;
    }
  }

  /** A folder of a location, with the mount's ids. */
  private record BranchFolder(SessionBranch branch, OpenFolder folder) implements OpenFolder {
    @Override
    public List<Item> items(Call call) {
      return folder.items(call);
    }

    @Override
    public @Nullable NodeEntry entry(Call call, Item item) {
      NodeEntry entry = folder.entry(call, item);
      return entry == null ? null : global(branch, entry);
    }

    @Override
    public void close() {
      folder.close();
    }
  }

  @Override
  public byte @Nullable [] attribute(Call call, long node, String name) {
    return isOwn(node) ? null : branch(node).tree().attribute(call, local(node), name);
  }

  @Override
  public List<String> attributes(Call call, long node) {
    return isOwn(node) ? List.of() : branch(node).tree().attributes(call, local(node));
  }

  @Override
  public TreeSpace space(Call call) {
    CacheUsage usage = cache.usage();
    return new TreeSpace(usage.bytes(), 0, usage.files(), 0);
  }

  @Override
  public void close() {
    roots().forEach(SessionRoot::close);
  }
}
