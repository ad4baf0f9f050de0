package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.mount.fuse.FileTree;
import dev.stoker.io.mount.fuse.TreeFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that the kernel holds. A path stands for the node of its latest version; nodes of
 * earlier ones stay until the kernel lets go of them. Ids are never reused, so generations are not
 * needed.
 *
 * <p>Thread-safe.
 */
final class Nodes {
  private final ConcurrentHashMap<Long, Node> byId = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<AssetPath, Node> byPath = new HashMap<>(); // guarded by lock
  private long lastId = FileTree.ROOT; // guarded by lock

  Nodes() {
    Node.Folder root = new Node.Folder(FileTree.ROOT, AssetPath.ROOT);
    root.uses = 1;
    byId.put(root.id, root);
    byPath.put(root.path, root);
  }

  /** The folder at a path, used once more. */
  Node.Folder folder(AssetPath path) {
    lock.lock();
    try {
      Node known = byPath.get(path);
      Node.Folder folder =
          known instanceof Node.Folder same ? same : enter(new Node.Folder(++lastId, path));
      folder.uses++;
      return folder;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The file of that version, used once more.
   *
   * @param needsAnother whether a node that is open keeps others from reading right bytes, or from
   *     reading them past us: they get a node of their own
   * @param describedNanos when the origin described it, on {@link System#nanoTime()}'s clock
   */
  Node.File file(PinnedAsset asset, Predicate<Node.File> needsAnother, long describedNanos) {
    lock.lock();
    try {
      Node.File file = current(asset, needsAnother);
      if (file == null) {
        file = enter(new Node.File(++lastId, asset));
      }
      file.uses++;
      file.describedNanos = describedNanos;
      return file;
    } finally {
      lock.unlock();
    }
  }

  private Node.@Nullable File current(PinnedAsset asset, Predicate<Node.File> needsAnother) {
    return byPath.get(asset.info().path()) instanceof Node.File file
            && file.asset.info().version().equals(asset.info().version())
            && !needsAnother.test(file)
        ? file
        : null;
  }

  private <T extends Node> T enter(T node) {
    byPath.put(node.path, node);
    byId.put(node.id, node);
    return node;
  }

  Node get(long id) {
    Node node = byId.get(id);
    if (node == null) {
      throw TreeFailure.STALE;
    }
    return node;
  }

  Node.Folder folderOf(long id) {
    if (get(id) instanceof Node.Folder folder) {
      return folder;
    }
    throw TreeFailure.NOT_A_FOLDER;
  }

  Node.File fileOf(long id) {
    if (get(id) instanceof Node.File file) {
      return file;
    }
    throw TreeFailure.IS_A_FOLDER;
  }

  /** The files of one version of one asset, by its identity; several where nodes were renewed. */
  List<Node.File> files(String identity) {
    List<Node.File> found = new ArrayList<>();
    for (Node node : byId.values()) {
      if (node instanceof Node.File file && file.asset.identity().equals(identity)) {
        found.add(file);
      }
    }
    return found;
  }

  void forget(long id, long uses) {
    lock.lock();
    try {
      Node node = byId.get(id);
      if (node == null || id == FileTree.ROOT) {
        return;
      }
      node.uses -= uses;
      if (node.uses <= 0) {
        byId.remove(id);
        byPath.remove(node.path, node);
      }
    } finally {
      lock.unlock();
    }
  }

  int count() {
    return byId.size();
  }
}
