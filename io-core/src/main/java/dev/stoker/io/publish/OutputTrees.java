package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.source.nfs.NfsServers;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the file system that a destination lies in: this machine's, or an export of an NFS server.
 * Thread-safe.
 */
final class OutputTrees {
  private final LocalTree local;
  private final List<AssetPath> localRoots;
  private final @Nullable NfsServers nfs;

  /**
   * @param localRoots folders that local destinations must lie below; none for any
   * @param nfs null where nothing may be written by NFS
   */
  OutputTrees(List<Path> localRoots, FileSteps steps, @Nullable NfsServers nfs) {
    this.local = new LocalTree(steps);
    this.localRoots = localRoots.stream().map(root -> FileUri.of(root).path()).toList();
    this.nfs = nfs;
  }

  /**
   * A destination and where it lies.
   *
   * @param text as manifests name it; read back, it leads to the same place
   * @param path in the tree
   */
  record Destination(String text, OutputTree tree, AssetPath path, WritableRoots roots) {
    String name() {
      return path.name();
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * @throws IoFailure.Invalid when it names no file that can be written this way
   */
  Destination destination(AssetUri uri, Deadline deadline) {
    if (!uri.namesTree() && !uri.path().isRoot()) {
      if (uri instanceof FileUri file) {
        return new Destination(
            file.canonical(), local, file.path(), new WritableRoots(localRoots, local));
      }
      if (uri instanceof NfsUri file && nfs != null) {
        NfsOutputTree tree = NfsOutputTree.of(nfs, file, deadline);
        return new Destination(
            file.toString(), tree, tree.pathOf(file), new WritableRoots(List.of(), tree));
      }
    }
    throw new IoFailure.Invalid("Cannot write " + uri + ": an output needs the path of a file.");
  }
}
