package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.AssetOpener;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.NodeEntry;
import dev.stoker.io.mount.fuse.NodeStatus;
import dev.stoker.io.mount.fuse.OpenFile;
import dev.stoker.io.mount.fuse.OpenFolder;
import dev.stoker.io.mount.fuse.StatusChange;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.mount.fuse.TreeSpace;
import dev.stoker.io.mount.fuse.WritableTree;
import dev.stoker.io.mount.scratch.ScratchNode.Folder;
import dev.stoker.io.mount.scratch.ScratchNode.Link;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.sync.FileLook;
import dev.stoker.io.sync.TreeWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tree of an origin that people write to, through a spool on this machine. Thread-safe. */
public final class ScratchTree implements WritableTree, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ScratchTree.class.getName());

  /** Even where a listing is about to be renewed, or every lookup would come to us. */
  private static final long LEAST_NAME_NANOS = Duration.ofSeconds(1).toNanos();

  // open(2); the same on x86-64 and arm64.
  private static final int ACCESS_MODE = 3;
  private static final int TRUNCATE = 0x200;
  private static final int EXCLUSIVE = 0x80;

  private static final int MODE_BITS = 07777;
  private static final String URI = "user.stoker.uri";
  private static final String STATE = "user.stoker.state";

  private final String uri;
  private final AssetSource source;
  private final TreeWriter writer;
  private final ScratchOptions options;
  private final Namespace names;
  private final Spool spool;
  private final FolderListings listings;
  private final WriteBack writeBack;
  private final Contents contents;
  private final Creations creations;
  private final Removals removals;
  private final Renames renames;
  private final StatusChanges changes;
  private volatile List<String> notStored = List.of();

  /**
   * Takes the tree's spool over and has stored what an earlier mount left in it.
   *
   * @param uri canonical
   * @param source this tree's to close
   * @param writer this tree's to close
   * @throws IoFailure.Disk when the spool cannot be used
   */
  public ScratchTree(
      String uri,
      AssetSource source,
      TreeWriter writer,
      AssetOpener assets,
      ScratchOptions options) {
    this.uri = uri;
    this.source = source;
    this.writer = writer;
    this.options = options;
    this.names =
        new Namespace(
            new FileLook(options.fileMode(), options.uid(), options.gid()),
            new FileLook(options.folderMode(), options.uid(), options.gid()));
    String name = options.project().isEmpty() ? uri : uri + " as " + options.project();
    this.spool = Spool.open(options.spoolFolder(), name, options.spoolBytes());
    this.listings = new FolderListings(writer, names, options.nameTimeout());
    this.writeBack = new WriteBack(new Uploads(writer, names, spool, options), options.writeBack());
    this.contents = new Contents(assets, names, spool, writeBack, writer, options);
    PathLock paths = new PathLock();
    OriginFence fence = new OriginFence(names);
    this.creations = new Creations(writer, names, spool, contents, paths);
    this.removals = new Removals(writer, names, spool, contents, paths, fence);
    this.renames = new Renames(writer, names, writeBack, contents, removals, paths, fence);
    this.changes = new StatusChanges(writer, names, writeBack, contents);
    new SpoolRecovery(names, writeBack).storeLeftovers(uri, spool.leftovers());
  }

  /**
   * Looks whether there is such a tree; where folders are only what lies in them, it is made.
   *
   * @throws IoFailure when it cannot be listed
   */
  public void requireThere(Deadline deadline) {
    try {
      writer.list(AssetPath.ROOT, deadline);
    } catch (IoFailure.NotFound e) {
      if (writer.keepsEmptyFolders()) {
        throw e;
      }
      writer.makeFolder(AssetPath.ROOT, null, deadline);
    }
    listings.require(names.root(), deadline);
  }

  @Override
  public NodeEntry lookup(Call call, long parent, String name) {
    Folder folder = names.folderOf(parent);
    requireName(name);
    listings.require(call, folder);
    ScratchNode node = names.useChild(folder, name);
    long nanos = nameNanos(folder);
    return node == null ? NodeEntry.nothing(nanos) : entry(node, nanos);
  }

  private static void requireName(String name) {
    if (!AssetPath.isName(name)) {
      throw new TreeFailure(Errno.ENAMETOOLONG);
    }
  }

  private long nameNanos(Folder folder) {
    return Math.max(LEAST_NAME_NANOS, listings.leftNanos(folder));
  }

  private static NodeEntry entry(ScratchNode node, long nanos) {
    return new NodeEntry(node.id, nanos, nanos, node.status(nanos));
  }

  /** An entry for the kernel, which uses it once more. */
  private NodeEntry made(ScratchNode node, Folder folder) {
    names.use(node);
    return entry(node, nameNanos(folder));
  }

  @Override
  public void forget(long node, long uses) {
    names.forget(node, uses);
  }

  @Override
  public NodeStatus status(Call call, long node) {
    return names.get(node).status(LEAST_NAME_NANOS);
  }

  @Override
  public OpenFile open(Call call, long node, int flags) {
    ScratchFile file = names.fileOf(node);
    boolean writing = (flags & ACCESS_MODE) != 0;
    if ((flags & TRUNCATE) != 0) {
      contents.truncate(call, file, 0);
    }
    file.enter(call);
    try {
      if (file.gone && file.opens == 0) {
        throw TreeFailure.STALE;
      }
      contents.opened(file, writing);
    } finally {
      file.lock.unlock();
    }
    return handle(file, writing);
  }

  private ScratchHandle handle(ScratchFile file, boolean writing) {
    return new ScratchHandle(contents, file, writing, options.writeBack().isZero());
  }

  @Override
  public OpenFolder openFolder(Call call, long node) {
    Folder folder = names.folderOf(node);
    listings.require(call, folder);
    return new ListedFolder(folder, names.children(folder));
  }

  @Override
  public Created create(Call call, long parent, String name, int flags, int mode) {
    Folder folder = names.folderOf(parent);
    requireName(name);
    call.aboutToWait();
    listings.require(call, folder);
    ScratchNode known = names.child(folder, name);
    if (known != null) {
      if ((flags & EXCLUSIVE) != 0) {
        throw new TreeFailure(Errno.EEXIST);
      }
      OpenFile opened = open(call, known.id, flags);
      return new Created(made(known, folder), opened);
    }
    ScratchFile file = creations.create(call, folder, name, look(call, mode));
    file.lock.unlock();
    return new Created(made(file, folder), handle(file, true));
  }

  private static FileLook look(Call call, int mode) {
    return new FileLook(mode & MODE_BITS, call.uid(), call.gid());
  }

  @Override
  public NodeEntry makeFolder(Call call, long parent, String name, int mode) {
    Folder folder = changing(call, parent, name);
    return made(creations.makeFolder(call, folder, name, look(call, mode)), folder);
  }

  @Override
  public NodeEntry makeNode(Call call, long parent, String name, int mode) {
    Folder folder = changing(call, parent, name);
    int type = mode & NodeStatus.TYPE_MASK;
    if (type != 0 && type != NodeStatus.TYPE_FILE) {
      throw new TreeFailure(Errno.EPERM); // as mknod(2) has it for a file system without them
    }
    creations.requireNew(folder, name);
    ScratchFile file = creations.create(call, folder, name, look(call, mode));
    try {
      contents.closed(file, true);
    } finally {
      file.lock.unlock();
    }
    return made(file, folder);
  }

  @Override
  public NodeEntry makeLink(Call call, long node, long parent, String name) {
    // A file is replaced whole when it is stored: two names would become two files.
    throw new TreeFailure(Errno.EPERM);
  }

  @Override
  public NodeEntry makeSymbolicLink(Call call, long parent, String name, String target) {
    Folder folder = changing(call, parent, name);
    return made(creations.makeLink(call, folder, name, target, look(call, 0777)), folder);
  }

  @Override
  public String readLink(Call call, long node) {
    if (names.get(node) instanceof Link link) {
      return link.target;
    }
    throw TreeFailure.INVALID;
  }

  @Override
  public void removeFile(Call call, long parent, String name) {
    removals.remove(call, changing(call, parent, name), name);
  }

  @Override
  public void removeFolder(Call call, long parent, String name) {
    Folder folder = changing(call, parent, name);
    if (names.child(folder, name) instanceof Folder removed) {
      listings.require(call, removed);
    }
    removals.removeFolder(call, folder, name);
  }

  @Override
  public void rename(Call call, long parent, String name, long to, String toName, int flags) {
    Folder folder = changing(call, parent, name);
    Folder toFolder = changing(call, to, toName);
    if (names.child(toFolder, toName) instanceof Folder target) {
      listings.require(call, target);
    }
    renames.rename(call, folder, name, toFolder, toName, flags);
  }

  /** The folder in which a name is to change, as the origin lists it. */
  private Folder changing(Call call, long parent, String name) {
    Folder folder = names.folderOf(parent);
    requireName(name);
    call.aboutToWait();
    listings.require(call, folder);
    return folder;
  }

  @Override
  public NodeStatus change(Call call, long id, StatusChange change) {
    ScratchNode node = names.get(id);
    changes.change(call, node, change);
    return node.status(LEAST_NAME_NANOS);
  }

  @Override
  public byte @Nullable [] attribute(Call call, long id, String name) {
    ScratchNode node = names.get(id);
    String value =
        switch (name) {
          case URI -> uri + "/" + names.path(node).value();
          case STATE -> node instanceof ScratchFile file ? state(file) : null;
          default -> null;
        };
    return value == null ? null : value.getBytes(StandardCharsets.UTF_8);
  }

  private static String state(ScratchFile file) {
    if (!file.dirty) {
      return "stored";
    }
    if (!file.lock.tryLock()) {
      return "waiting"; // somebody is at it
    }
    try {
      IoFailure trouble = file.trouble;
      if (file.conflict) {
        return "conflict";
      }
      return trouble == null ? "waiting" : "failing: " + trouble.getMessage();
    } finally {
      file.lock.unlock();
    }
  }

  @Override
  public List<String> attributes(Call call, long id) {
    return names.get(id) instanceof ScratchFile ? List.of(URI, STATE) : List.of(URI);
  }

  @Override
  public void setAttribute(Call call, long node, String name, byte[] value, int flags) {
    throw TreeFailure.UNSUPPORTED;
  }

  @Override
  public void removeAttribute(Call call, long node, String name) {
    throw TreeFailure.UNSUPPORTED;
  }

  @Override
  public TreeSpace space(Call call) {
    long free = spool.freeBytes();
    return new TreeSpace(spool.ceilingBytes(), free, names.count(), Integer.MAX_VALUE);
  }

  /** How long {@link #close} may wait. */
  public Duration unmountTimeout() {
    return options.unmountTimeout();
  }

  /** After {@link #close}: what the origin does not have, each with the reason. */
  public List<String> notStored() {
    return notStored;
  }

  /** Stores what is not stored yet, and waits for that; what remains stays in the spool. */
  @Override
  public void close() {
    writeBack.drain(dirty(), Deadline.after(options.unmountTimeout()));
    writeBack.close();
    List<String> left = dirty().stream().map(this::reason).toList();
    notStored = left;
    if (!left.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Not all that was written to {1} is stored there: {0} stay in {2}, and the next mount"
              + " stores them: {3}",
          left.size() + (left.size() == 1 ? " file" : " files"),
          uri,
          spool.folder(),
          String.join("; ", left.subList(0, Math.min(10, left.size()))));
    }
    spool.close();
    writer.close();
    source.close();
  }

  private List<ScratchFile> dirty() {
    List<ScratchFile> dirty = new ArrayList<>();
    names.files(
        names.root(),
        file -> {
          if (file.dirty) {
            dirty.add(file);
          }
        });
    return dirty;
  }

  private String reason(ScratchFile file) {
    IoFailure trouble = file.trouble;
    return names.pathIfAny(file)
        + ": "
        + (trouble == null ? "the time was up" : String.valueOf(trouble.getMessage()));
  }

  /** A folder as it was when it was opened. */
  private final class ListedFolder implements OpenFolder {
    private final Folder folder;
    private final List<Item> items;

    ListedFolder(Folder folder, List<ScratchNode> nodes) {
      this.folder = folder;
      this.items = nodes.stream().map(node -> new Item(node.name, node.id, node.type())).toList();
    }

    @Override
    public List<Item> items(Call call) {
      return items;
    }

    @Override
    public @Nullable NodeEntry entry(Call call, Item item) {
      ScratchNode node = names.useChild(folder, item.name());
      return node == null ? null : ScratchTree.entry(node, nameNanos(folder));
    }
  }
}
