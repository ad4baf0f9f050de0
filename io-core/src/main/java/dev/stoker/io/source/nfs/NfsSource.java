package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.source.Arrivals;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.FolderItem;
import dev.stoker.io.source.StreamWindow;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A tree on an NFS server or cluster. */
public final class NfsSource implements AssetSource {
  /**
   * Four READs of the usual size, handed on one by one: two requests with such windows fill 3
   * Gbit/s over 20 ms.
   */
  private static final StreamWindow WINDOW = new StreamWindow(4 << 20, 1);

  private final NfsCluster cluster;
  private final NfsUri tree;

  public NfsSource(NfsServers servers, NfsUri tree) {
    this.cluster = servers.clusterOf(tree);
    this.tree = tree;
  }

  @Override
  public AssetInfo stat(AssetPath path, Deadline deadline) {
    String doing = "look up " + tree.resolve(path);
    NfsAttributes found = find(path, deadline, doing).attributes();
    if (!found.isFile()) {
      throw new IoFailure.NotFound("Cannot " + doing + ": it is not a regular file.");
    }
    return found.info(path);
  }

  private NfsNode find(AssetPath path, Deadline deadline, String doing) {
    NfsVolume volume = cluster.volumeOf(tree.path(), deadline);
    return volume.anywhere(
        deadline,
        doing,
        (branch, again) ->
            new PathWalk(volume, branch, deadline, doing).find(inExport(volume, path), true));
  }

  /** Where {@code path} of the tree lies in the export. */
  private AssetPath inExport(NfsVolume volume, AssetPath path) {
    return tree.path().resolve(path).relativeTo(volume.export());
  }

  @Override
  public void list(AssetPath folder, Deadline deadline, Consumer<AssetInfo> each) {
    String doing = "list " + tree.resolve(folder);
    NfsNode top = find(folder, deadline, doing);
    if (top.attributes().isFile()) {
      each.accept(top.attributes().info(folder));
      return;
    }
    if (!top.attributes().isFolder()) {
      throw new IoFailure.NotFound("Cannot " + doing + ": it is neither a file nor a folder.");
    }
    NfsVolume volume = cluster.volumeOf(tree.path(), deadline);
    new TreeListing(volume, true, deadline, doing)
        .list(inExport(volume, folder), folder, top.attributes().fileId(), each);
  }

  @Override
  public void listFolder(AssetPath folder, Deadline deadline, Consumer<FolderItem> each) {
    String doing = "list " + tree.resolve(folder);
    if (!find(folder, deadline, doing).attributes().isFolder()) {
      throw new IoFailure.NotFound("Cannot " + doing + ": it is no folder.");
    }
    NfsVolume volume = cluster.volumeOf(tree.path(), deadline);
    new FolderPages(volume, deadline, doing)
        .read(
            inExport(volume, folder),
            true,
            entries -> entries.forEach(entry -> tell(folder, entry, each)));
  }

  private static void tell(AssetPath folder, FolderPages.Entry entry, Consumer<FolderItem> each) {
    NfsAttributes attributes = entry.node().attributes();
    if (attributes.isFolder()) {
      each.accept(new FolderItem(entry.name(), true, null));
    } else if (attributes.isFile()) {
      AssetInfo info = attributes.info(folder.resolve(new AssetPath(entry.name())));
      each.accept(new FolderItem(entry.name(), false, info));
    }
  }

  @Override
  public CompletableFuture<Void> read(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline) {
    return read(pinned, range, into, deadline, bytes -> {});
  }

  @Override
  public CompletableFuture<Void> read(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline, Arrivals arrivals) {
    if (range.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    if (!(pinned.version() instanceof AssetVersion.FileStamp stamp)) {
      return CompletableFuture.failedFuture(
          new IoFailure.Invalid(
              "Cannot read "
                  + tree.resolve(pinned.path())
                  + ": its version is of another origin."));
    }
    NfsVolume volume = cluster.knownVolume(tree.path());
    String doing = "read " + tree.resolve(pinned.path());
    RangeRead read =
        new RangeRead(cluster, tree, pinned, stamp, range, into, deadline, doing, arrivals);
    if (volume == null) {
      Thread.ofVirtual().name("stoker-nfs-mount").start(read::startUnmounted);
    } else {
      read.start(volume);
    }
    return read;
  }

  @Override
  public StreamWindow window() {
    return WINDOW;
  }

  @Override
  public String origin() {
    return tree.origin();
  }

  @Override
  public void close() {}
}
