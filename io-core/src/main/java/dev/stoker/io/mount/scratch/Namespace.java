package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.mount.fuse.FileTree;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.mount.scratch.ScratchNode.Folder;
import dev.stoker.io.mount.scratch.ScratchNode.Link;
import dev.stoker.io.sync.FileLook;
import dev.stoker.io.sync.TreeItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who lies where, in memory: what was listed, and what was made here. Asks nobody and never waits.
 *
 * <p>Thread-safe; the one lock is held for moments and is the innermost.
 */
final class Namespace {
  /** Some 120 MB of heap. */
  private static final int MAX_NODES = 300_000;

  /** Before every listing that may still be believed. */
  private static final long LONG_AGO_NANOS = Long.MAX_VALUE / 4;

  private static final List<String> HIDDEN = List.of(".stoker-part-", Orphan.PREFIX);

  private final ReentrantLock lock = new ReentrantLock();
  private final ConcurrentHashMap<Long, ScratchNode> byId = new ConcurrentHashMap<>();
  private final Folder root;
  private final FileLook fileLook;
  private final FileLook folderLook;
  private long lastId = FileTree.ROOT; // guarded by lock

  /**
   * @param fileLook of files of which the origin does not say
   * @param folderLook of folders of which the origin does not say
   */
  Namespace(FileLook fileLook, FileLook folderLook) {
    this.fileLook = fileLook;
    this.folderLook = folderLook;
    root = new Folder(FileTree.ROOT, "", folderLook, ScratchNode.nowNanos());
    root.uses = 1;
    byId.put(root.id, root);
  }

  Folder root() {
    return root;
  }

  /** Does something while nobody else changes names. */
  <T extends @Nullable Object> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  ScratchNode get(long id) {
    ScratchNode node = byId.get(id);
    if (node == null) {
      throw TreeFailure.STALE;
    }
    return node;
  }

  Folder folderOf(long id) {
    if (get(id) instanceof Folder folder) {
      return folder;
    }
    throw TreeFailure.NOT_A_FOLDER;
  }

  ScratchFile fileOf(long id) {
    return switch (get(id)) {
      case ScratchFile file -> file;
      case Folder _ -> throw TreeFailure.IS_A_FOLDER;
      case Link _ -> throw TreeFailure.INVALID;
    };
  }

  int count() {
    return byId.size();
  }

  @Nullable ScratchNode child(Folder folder, String name) {
    return locked(() -> folder.children.get(name));
  }

  /** The same, used once more by the kernel. */
  @Nullable ScratchNode useChild(Folder folder, String name) {
    return locked(
        () -> {
          ScratchNode node = folder.children.get(name);
          if (node != null) {
            node.uses++;
          }
          return node;
        });
  }

  void use(ScratchNode node) {
    locked(() -> node.uses++);
  }

  /** The kernel lets go of some uses. */
  void forget(long id, long uses) {
    locked(
        () -> {
          ScratchNode node = byId.get(id);
          if (node != null && node != root) {
            node.uses -= uses;
            dropUnlessUsed(node);
          }
          return null;
        });
  }

  /** Only with the lock. */
  private void dropUnlessUsed(ScratchNode node) {
    if (node.uses <= 0 && node.parent == null) {
      byId.remove(node.id);
    }
  }

  /** Where it lies; null when it has no name any more. */
  @Nullable AssetPath pathIfAny(ScratchNode node) {
    return locked(
        () -> {
          List<String> names = new ArrayList<>();
          ScratchNode at = node;
          while (at != root) {
            Folder above = at.parent;
            if (above == null) {
              return null;
            }
            names.add(at.name);
            at = above;
          }
          return new AssetPath(String.join("/", names.reversed()));
        });
  }

  AssetPath path(ScratchNode node) {
    AssetPath path = pathIfAny(node);
    if (path == null) {
      throw TreeFailure.STALE; // the kernel looks the path up again
    }
    return path;
  }

  /** Whether a folder above it is being renamed. */
  boolean isMoving(ScratchNode node) {
    return locked(
        () -> {
          for (Folder at = node.parent; at != null; at = at.parent) {
            if (at.moving) {
              return true;
            }
          }
          return false;
        });
  }

  /** A new file of ours, which the origin does not have yet. */
  ScratchFile addFile(
      Folder folder,
      String name,
      FileLook look,
      long modifiedNanos,
      @Nullable AssetVersion base,
      long lengthBytes) {
    return locked(
        () -> {
          ScratchFile file =
              new ScratchFile(++lastId, name, look, modifiedNanos, base, lengthBytes);
          file.dirty = true;
          put(folder, name, file);
          return file;
        });
  }

  Folder addFolder(Folder folder, String name, FileLook look) {
    return locked(
        () -> {
          Folder made = new Folder(++lastId, name, look, ScratchNode.nowNanos());
          put(folder, name, made);
          return made;
        });
  }

  /** The folder of that name; made in memory where it is not known yet. */
  Folder folderIn(Folder folder, String name) {
    return locked(
        () ->
            folder.children.get(name) instanceof Folder known
                ? known
                : addFolder(folder, name, folderLook));
  }

  Link addLink(Folder folder, String name, FileLook look, String target, AssetVersion version) {
    return locked(
        () -> {
          Link made = new Link(++lastId, name, look, ScratchNode.nowNanos(), target, version);
          put(folder, name, made);
          return made;
        });
  }

  /** Only with the lock. */
  private void put(Folder folder, String name, ScratchNode node) {
    ScratchNode before = folder.children.put(name, node);
    if (before != null) {
      before.parent = null;
      dropUnlessUsed(before);
    }
    node.parent = folder;
    node.name = name;
    byId.put(node.id, node);
    changed(folder, name);
  }

  /** Only with the lock. */
  private static void changed(Folder folder, String name) {
    Set<String> changed = folder.changedNames;
    if (changed != null) {
      changed.add(name);
    }
  }

  /** The origin has another version of a file, by our doing. */
  void stored(ScratchFile file) {
    locked(
        () -> {
          Folder folder = file.parent;
          if (folder != null) {
            changed(folder, file.name);
          }
          return null;
        });
  }

  /** A folder is about to be listed: what changes from now on is known better here. */
  void listingBegins(Folder folder) {
    locked(() -> folder.changedNames = new HashSet<>());
  }

  /** Takes a name away. */
  void remove(ScratchNode node) {
    locked(
        () -> {
          Folder folder = node.parent;
          if (folder != null) {
            folder.children.remove(node.name, node);
            changed(folder, node.name);
          }
          node.parent = null;
          dropUnlessUsed(node);
          return null;
        });
  }

  /** Gives it another name, in place of what has that. */
  void move(ScratchNode node, Folder to, String name) {
    locked(
        () -> {
          Folder from = node.parent;
          if (from != null) {
            from.children.remove(node.name, node);
            changed(from, node.name);
          }
          put(to, name, node);
          return null;
        });
  }

  /** Has a folder listed again by the next who looks into it. */
  void expire(@Nullable Folder folder) {
    if (folder != null) {
      locked(
          () -> {
            if (folder.listedNanos != null) {
              folder.listedNanos = System.nanoTime() - LONG_AGO_NANOS;
            }
            return null;
          });
    }
  }

  /** What lies in a folder. */
  List<ScratchNode> children(Folder folder) {
    return locked(() -> List.copyOf(folder.children.values()));
  }

  /** Tells of every file at or below a folder that is known. */
  void files(Folder folder, Consumer<ScratchFile> each) {
    for (ScratchNode node : children(folder)) {
      if (node instanceof Folder below) {
        files(below, each);
      } else if (node instanceof ScratchFile file) {
        each.accept(file);
      }
    }
  }

  /** Takes a listing over: what was changed here, since or without being stored, stays. */
  void merge(Folder folder, List<TreeItem> items, long askedNanos) {
    locked(
        () -> {
          Set<String> changed = folder.changedNames == null ? Set.of() : folder.changedNames;
          folder.changedNames = null;
          Map<String, TreeItem> found = new HashMap<>();
          for (TreeItem item : items) {
            if (!changed.contains(item.name())
                && HIDDEN.stream().noneMatch(item.name()::startsWith)) {
              found.put(item.name(), item);
            }
          }
          for (ScratchNode node : List.copyOf(folder.children.values())) {
            if (changed.contains(node.name) || isStill(node, found.get(node.name))) {
              found.remove(node.name);
            } else {
              remove(node);
            }
          }
          found.values().forEach(item -> add(folder, item));
          folder.listedNanos = askedNanos;
          trim(folder);
          return null;
        });
  }

  /**
   * Whether a name stays what it is to us, whatever the origin says, or because it says the same.
   */
  private static boolean isStill(ScratchNode node, @Nullable TreeItem item) {
    return switch (node) {
      case Folder folder -> (item != null && item.kind() == TreeItem.Kind.FOLDER) || isOurs(folder);
      case ScratchFile file ->
          isOurs(file)
              || (item != null
                  && item.kind() == TreeItem.Kind.FILE
                  && Objects.equals(file.base, item.version()));
      case Link link -> item != null && link.version.equals(item.version());
    };
  }

  private static boolean isOurs(ScratchNode node) {
    return switch (node) {
      case Folder folder -> folder.children.values().stream().anyMatch(Namespace::isOurs);
      case ScratchFile file -> file.dirty || file.opens > 0 || file.uploader != null;
      case Link _ -> false;
    };
  }

  private void add(Folder folder, TreeItem item) {
    Instant moment = item.modified();
    long modified = moment.getEpochSecond() * 1_000_000_000L + moment.getNano();
    FileLook look = item.look();
    ScratchNode node =
        switch (item.kind()) {
          case FOLDER ->
              new Folder(++lastId, item.name(), look == null ? folderLook : look, modified);
          case FILE ->
              new ScratchFile(
                  ++lastId,
                  item.name(),
                  look == null ? fileLook : look,
                  modified,
                  item.version(),
                  item.lengthBytes());
          case LINK ->
              new Link(
                  ++lastId,
                  item.name(),
                  look == null ? fileLook : look,
                  modified,
                  Objects.requireNonNull(item.target()),
                  Objects.requireNonNull(item.version()));
        };
    node.parent = folder;
    folder.children.put(item.name(), node);
    byId.put(node.id, node);
  }

  /** Forgets folders that nobody uses and that only repeat what the origin has. */
  private void trim(Folder keep) {
    if (byId.size() > MAX_NODES) {
      trim(root, keep);
    }
  }

  private boolean trim(Folder folder, Folder keep) {
    boolean unused = folder != keep;
    for (ScratchNode node : folder.children.values()) {
      boolean gone =
          node instanceof Folder below
              ? trim(below, keep) && below.uses <= 0
              : node.uses <= 0
                  && !isOurs(node)
                  && !(node instanceof ScratchFile file && file.local != null);
      unused &= gone;
    }
    if (unused && !folder.children.isEmpty()) {
      folder.children.values().forEach(node -> byId.remove(node.id));
      folder.children.clear();
      folder.listedNanos = null;
    }
    return unused;
  }
}
