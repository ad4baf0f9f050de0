package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.mount.scratch.ScratchNode.Folder;
import dev.stoker.io.mount.scratch.ScratchNode.Link;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.sync.TreeWriter;
import dev.stoker.io.sync.WriteCondition;
import java.util.UUID;

/**
 * Removes names, here and at the origin at once; a file that is read there stays under a name that
 * is not shown, until it is closed. Thread-safe.
 */
final class Removals {
  private final TreeWriter writer;
  private final Namespace names;
  private final Spool spool;
  private final Contents contents;
  private final PathLock paths;
  private final OriginFence fence;

  Removals(
      TreeWriter writer,
      Namespace names,
      Spool spool,
      Contents contents,
      PathLock paths,
      OriginFence fence) {
    this.writer = writer;
    this.names = names;
    this.spool = spool;
    this.contents = contents;
    this.paths = paths;
    this.fence = fence;
  }

  void remove(Call call, Folder folder, String name) {
    try (PathLock.Held _ = paths.shared(call.deadline())) {
      ScratchNode node = required(folder, name);
      switch (node) {
        case Folder _ -> throw TreeFailure.IS_A_FOLDER;
        case Link link -> {
          fence.change(
              folder, () -> writer.remove(names.path(link), link.version, call.deadline()));
          names.remove(link);
        }
        case ScratchFile file -> remove(call, folder, file);
      }
      folder.touch();
      keepFolder(folder, call.deadline());
    }
  }

  private void remove(Call call, Folder folder, ScratchFile file) {
    file.enter(call.deadline());
    try {
      file.settle(call.deadline());
      if (file.base != null && !file.conflict) {
        fence.change(folder, () -> setAside(file, call.deadline()));
      } else if (file.conflict) {
        names.expire(folder); // theirs comes into sight
      }
      names.remove(file);
      lose(file);
    } finally {
      file.lock.unlock();
    }
  }

  /** A file has no name any more. Only with its lock. */
  void lose(ScratchFile file) {
    file.gone = true;
    file.base = null;
    SpoolFile local = file.local;
    if (local != null) {
      spool.forget(local); // a crash loses it, as on every file system
    }
    if (file.opens == 0) {
      contents.dispose(file);
    }
  }

  /**
   * Has the origin's file go: at once, or, where somebody reads it there, to a name that is not
   * shown, until he closes it. Only with its lock.
   */
  void setAside(ScratchFile file, Deadline deadline) {
    AssetVersion version = file.base;
    if (version == null) {
      return;
    }
    AssetPath path = names.path(file);
    if (file.opens > 0 && file.local == null) {
      AssetPath hidden = new AssetPath(Orphan.PREFIX + UUID.randomUUID());
      AssetVersion moved =
          writer.rename(path, version, hidden, new WriteCondition.Nothing(), deadline);
      file.orphan = new Orphan(hidden, moved);
      file.openAnew();
    } else {
      writer.remove(path, version, deadline);
    }
    file.base = null;
  }

  void removeFolder(Call call, Folder folder, String name) {
    try (PathLock.Held _ = paths.shared(call.deadline())) {
      if (!(required(folder, name) instanceof Folder removed)) {
        throw TreeFailure.NOT_A_FOLDER;
      }
      removeEmpty(removed, call.deadline());
      names.remove(removed);
      folder.touch();
      keepFolder(folder, call.deadline());
    }
  }

  void removeEmpty(Folder folder, Deadline deadline) {
    if (!names.children(folder).isEmpty() || !writer.removeFolder(names.path(folder), deadline)) {
      names.expire(folder);
      throw new TreeFailure(Errno.ENOTEMPTY);
    }
  }

  /** Where folders are only what lies in them, one that becomes empty is marked to stay. */
  void keepFolder(Folder folder, Deadline deadline) {
    if (!writer.keepsEmptyFolders() && folder != names.root() && isEmptyAtOrigin(folder)) {
      writer.makeFolder(names.path(folder), null, deadline);
    }
  }

  private boolean isEmptyAtOrigin(Folder folder) {
    return names.children(folder).stream()
        .noneMatch(node -> !(node instanceof ScratchFile file) || !file.dirty || file.base != null);
  }

  /**
   * What has that name.
   *
   * @throws TreeFailure when nothing has
   */
  ScratchNode required(Folder folder, String name) {
    ScratchNode node = names.child(folder, name);
    if (node == null) {
      throw TreeFailure.NO_ENTRY;
    }
    return node;
  }
}
