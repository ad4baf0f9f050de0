package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.mount.AssetMount;
import dev.stoker.io.mount.AssetOpener;
import dev.stoker.io.mount.AssetTree;
import dev.stoker.io.mount.AssetTreeOptions;
import dev.stoker.io.mount.fuse.SessionOptions;
import dev.stoker.io.mount.scratch.ScratchOptions;
import dev.stoker.io.mount.scratch.ScratchTree;
import dev.stoker.io.source.AssetSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The trees that this process has mounted. Thread-safe. */
final class NodeMounts implements AutoCloseable {
  /** Answers under way take an eighth of what the cache has for its own. */
  static final int MEMORY_SHARE = 8;

  /** For the end of a mount that is unmounted. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  private static final int LEAST_CHANNELS = 2;
  private static final int MOST_CHANNELS = 8;

  private final BlockCache cache;
  private final IoNode.Origins sources;
  private final long memoryBytes;
  private final Path spools;
  private final Map<Path, Mounted> mounts = new ConcurrentHashMap<>();

  /**
   * @param memoryBytes of the cache, of which a share is taken
   * @param spools where trees that are written to have their spools
   */
  NodeMounts(BlockCache cache, IoNode.Origins sources, long memoryBytes, Path spools) {
    this.cache = cache;
    this.sources = sources;
    this.memoryBytes = memoryBytes;
    this.spools = spools;
  }

  private record Mounted(AssetMount mount, MountedTree tree, Thread watch) {}

  /**
   * Mounts; returns when the tree can be read.
   *
   * @param pid the asking process, with whose end the mount goes unless it is to stay
   * @return where it is mounted, without symbolic links
   */
  String mount(MountRequest request, long pid, Deadline deadline) {
    Path folder = Path.of(request.folder());
    if (!folder.isAbsolute()) {
      throw new IoFailure.Invalid(
          "Cannot mount at '" + folder + "': name an absolute path to the I/O process.");
    }
    AssetUri uri = AssetUri.parse(request.uri());
    MountedTree tree = tree(request, uri);
    boolean mounted = false;
    try {
      tree.requireThere(deadline);
      AssetMount mount = AssetMount.mount(folder, tree.files(), settings(request, uri));
      Thread watch =
          Thread.ofVirtual()
              .name("mount " + mount.folder())
              .unstarted(() -> forgetAtEnd(mount, tree));
      mounts.put(mount.folder(), new Mounted(mount, tree, watch));
      watch.start();
      if (!request.stays() && pid != ProcessHandle.current().pid()) {
        unmountAfter(pid, mount.folder().toString());
      }
      mounted = true;
      return mount.folder().toString();
    } finally {
      if (!mounted) {
        tree.close();
      }
    }
  }

  /** Nobody waits for the unmounting: whoever could has ended. */
  private void unmountAfter(long pid, String folder) {
    var _ =
        ProcessHandle.of(pid)
            .map(ProcessHandle::onExit)
            .orElseGet(() -> CompletableFuture.completedFuture(null))
            .thenRun(() -> unmount(folder));
  }

  private MountedTree tree(MountRequest request, AssetUri uri) {
    AssetSource source = sources.open(uri, request.project());
    MountRequest.Scratch scratch = request.scratch();
    if (scratch == null) {
      return new MountedTree.ReadOnly(new AssetTree(cache, uri, source, options(request)));
    }
    String spool = scratch.spoolFolder();
    return new MountedTree.Scratch(
        new ScratchTree(
            uri.canonical(),
            source,
            sources.writer(uri, request.project(), source),
            new AssetOpener(cache, uri, request.project(), request.readAheadBytes(), memoryBytes),
            new ScratchOptions(
                request.project(),
                request.uid(),
                request.gid(),
                request.fileMode(),
                request.folderMode(),
                Duration.ofMillis(request.nameTimeoutMillis()),
                spool == null ? spools : Path.of(spool),
                scratch.spoolBytes(),
                Duration.ofMillis(scratch.writeBackMillis()),
                Duration.ofMillis(request.timeoutMillis()),
                Duration.ofMillis(scratch.unmountMillis()))));
  }

  private AssetTreeOptions options(MountRequest request) {
    return new AssetTreeOptions(
        request.project(),
        request.uid(),
        request.gid(),
        request.fileMode(),
        request.folderMode(),
        Duration.ofMillis(request.nameTimeoutMillis()),
        request.readAheadBytes(),
        memoryBytes); // half of what the fetch engine has
  }

  private AssetMount.Settings settings(MountRequest request, AssetUri uri) {
    return new AssetMount.Settings(
        uri.canonical(),
        request.scratch() == null,
        request.othersToo(),
        request.kernelReadAheadKibibytes(),
        new SessionOptions(
            channels(request.channels()),
            Duration.ofMillis(request.timeoutMillis()),
            memoryBytes / MEMORY_SHARE,
            request.passthrough() && request.scratch() == null));
  }

  /** As many threads as were asked for; for 0, as many as suit the machine. */
  static int channels(int wanted) {
    int processors = Runtime.getRuntime().availableProcessors();
    return wanted > 0 ? wanted : Math.clamp(processors, LEAST_CHANNELS, MOST_CHANNELS);
  }

  private void forgetAtEnd(AssetMount mount, MountedTree tree) {
    try {
      mount.awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      mount.session().close();
      tree.close();
      mounts.computeIfPresent(
          mount.folder(), (folder, known) -> known.mount() == mount ? null : known);
    }
  }

  /** Unmounts what this process mounted there; nothing there is no failure. */
  boolean unmount(String folder) {
    Mounted known = mounts.get(Path.of(folder));
    if (known == null) {
      return false;
    }
    known.mount().close();
    return true;
  }

  /**
   * Waits until a folder is no mount of this process any more.
   *
   * @return whether it is so
   */
  boolean awaitUnmount(String folder, Deadline deadline) {
    Mounted known = mounts.get(Path.of(folder));
    if (known == null) {
      return true;
    }
    try {
      if (!known.watch().join(Duration.ofNanos(Math.max(1, deadline.remainingNanos())))) {
        return false;
      }
      known.tree().requireStored();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for the end of a mount was interrupted.");
    }
  }

  /** Folders that are mounted. */
  List<String> folders() {
    return mounts.keySet().stream().map(Path::toString).sorted().toList();
  }

  /** Unmounts all. */
  @Override
  public void close() {
    List.copyOf(mounts.values())
        .forEach(
            known -> {
              known.mount().close();
              try {
                known.watch().join(CLOSE_PATIENCE.plus(known.tree().closePatience()));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }
}
