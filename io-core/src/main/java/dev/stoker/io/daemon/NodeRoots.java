package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.DamagedFile;
import dev.stoker.io.mount.AssetMount;
import dev.stoker.io.mount.SessionRoot;
import dev.stoker.io.mount.SessionTree;
import dev.stoker.io.mount.fuse.SessionOptions;
import dev.stoker.io.pin.NodePins;
import dev.stoker.io.posix.Mounts;
import dev.stoker.io.prefetch.AccessTrace;
import dev.stoker.io.prefetch.TraceForm;
import dev.stoker.io.source.SourceOpener;
import dev.stoker.io.stage.StageOwner;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The node's mount and the sessions' folders in it. A folder outlives the connection that asked for
 * it, as a stage does; it goes with this process, since the files below it are this process's.
 *
 * <p>Thread-safe.
 */
final class NodeRoots implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NodeRoots.class.getName());

  /** What a task waits for the first inputs that a trace promises, at most. */
  private static final Duration HEAD_PATIENCE = Duration.ofSeconds(2);

  private final BlockCache cache;
  private final SourceOpener sources;
  private final NodePins pins;
  private final long memoryBytes;
  private final SessionTree tree;
  private final MountState state;
  private final @Nullable AssetMount mount;
  private final Map<String, Root> roots = new ConcurrentHashMap<>();

  /** One session's. */
  private static final class Root {
    final SessionRoot folder;
    final ReentrantLock lock = new ReentrantLock(); // one request at a time
    final ConcurrentLinkedQueue<RootPrefetch> prefetches = new ConcurrentLinkedQueue<>();
    volatile StageOwner owner;

    Root(SessionRoot folder, StageOwner owner) {
      this.folder = folder;
      this.owner = owner;
    }
  }

  /**
   * Mounts, where it can.
   *
   * @param pins what sessions keep to
   * @param folder where; null for nowhere
   * @param memoryBytes of the cache, of which a share is taken
   */
  NodeRoots(
      BlockCache cache,
      SourceOpener sources,
      NodePins pins,
      @Nullable Path folder,
      long memoryBytes) {
    this.cache = cache;
    this.sources = sources;
    this.pins = pins;
    this.memoryBytes = memoryBytes;
    this.tree = new SessionTree(cache);
    AssetMount made = null;
    MountState now = MountState.none("the I/O process was told to mount nothing");
    if (folder != null) {
      try {
        made = mount(folder);
        now = new MountState(made.folder().toString(), "", ThreadLocalRandom.current().nextLong());
      } catch (IoFailure | IOException e) {
        now = MountState.none(String.valueOf(e.getMessage()));
        LOG.log(
            System.Logger.Level.INFO,
            "Inputs are staged and not mounted here: {0}",
            e.getMessage());
      }
    }
    mount = made;
    state = now;
  }

  private AssetMount mount(Path folder) throws IOException {
    Files.createDirectories(folder.toAbsolutePath().getParent());
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // Of an earlier process, maybe still mounted: mounting takes that away.
    }
    return AssetMount.mount(
        folder,
        tree,
        new AssetMount.Settings(
            "stoker",
            true,
            Mounts.uid() == 0,
            MountRequest.DEFAULT_KERNEL_READ_AHEAD_KIBIBYTES,
            new SessionOptions(
                NodeMounts.channels(0),
                Duration.ofMillis(MountRequest.DEFAULT_TIMEOUT_MILLIS),
                memoryBytes / NodeMounts.MEMORY_SHARE,
                true)));
  }

  /** Where the mount is, or why there is none. */
  MountState state() {
    AssetMount made = mount;
    return made != null && made.session().hasEnded()
        ? MountState.none("somebody unmounted " + made.folder())
        : state;
  }

  /**
   * Makes a session's folder, or adds to it; returns when every declared file was found.
   *
   * @param owner whose death makes it a leftover
   * @return where it is
   */
  String open(
      RootRequest request, StageOwner owner, Deadline deadline, Consumer<StageProgress> progress) {
    MountState now = state();
    if (!now.works()) {
      throw new IoFailure.Unavailable(
          "Inputs cannot be mounted here: " + now.problem() + ".", null);
    }
    if (!AssetPath.isName(request.rootId())) {
      throw new IoFailure.Invalid("A session cannot be named '" + request.rootId() + "'.");
    }
    sweep();
    Root root =
        roots.computeIfAbsent(
            request.rootId(),
            id -> new Root(tree.root(id, request.uid(), request.gid(), pins.of(id)), owner));
    root.lock.lock();
    try {
      RootInputs inputs = new RootInputs(cache, sources, memoryBytes, request, root.folder);
      inputs.find(deadline);
      progress.accept(inputs.known());
      PrefetchPlan plan = inputs.plan();
      if (!plan.parts().isEmpty()) {
        RootPrefetch prefetch =
            new RootPrefetch(
                request.rootId(), plan.parts(), plan.headParts(), root.folder::fetched);
        root.prefetches.add(prefetch);
        prefetch.start();
        prefetch.awaitHead(HEAD_PATIENCE);
      }
      return now.folder() + "/" + request.rootId();
    } finally {
      root.lock.unlock();
    }
  }

  private Root known(String id) {
    Root root = roots.get(id);
    if (root == null) {
      throw new IoFailure.NotFound(
          "The I/O process holds no folder of session " + id + "; it was started anew meanwhile.");
    }
    return root;
  }

  /** A task of the session begins. */
  void nextTask(String id) {
    known(id).folder.nextTask();
  }

  /** What the session did. */
  RootReport report(String id) {
    SessionRoot folder = known(id).folder;
    AccessTrace trace = folder.trace();
    return new RootReport(folder.use(), TraceForm.pack(trace), trace.whole(), trace.passedFiles());
  }

  /** Makes another process the one whose death makes the folder a leftover. */
  void give(String id, StageOwner owner) {
    Root root = roots.get(id);
    if (root != null) {
      root.owner = owner;
    }
  }

  /** Takes a session's folder away; knows nothing of the id: does nothing. */
  void close(String id) {
    Root root = roots.remove(id);
    if (root != null) {
      root.prefetches.forEach(RootPrefetch::close);
      root.folder.close();
    }
  }

  /** Folders of sessions that nobody lives for any more. */
  private void sweep() {
    roots.forEach(
        (id, root) -> {
          if (!root.owner.lives()) {
            close(id);
            pins.forget(id);
          }
        });
  }

  /** Sessions that a damaged file was given to past our checksums. */
  List<String> holding(DamagedFile file) {
    return roots.entrySet().stream()
        .filter(entry -> entry.getValue().folder.passed(file.identity()))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void close() {
    List.copyOf(roots.keySet()).forEach(this::close);
    AssetMount made = mount;
    if (made != null) {
      made.close();
    }
    tree.close();
  }
}
