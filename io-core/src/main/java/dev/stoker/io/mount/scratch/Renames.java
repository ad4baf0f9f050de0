package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.mount.scratch.ScratchNode.Folder;
import dev.stoker.io.mount.scratch.ScratchNode.Link;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.sync.TreeWriter;
import dev.stoker.io.sync.WriteCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Renames: what the origin has there at once, what only the spool has here, for its next upload.
 * The rename of a folder keeps all other changes of names out. Thread-safe.
 */
final class Renames {
  /** renameat2(2). */
  private static final int NO_REPLACE = 1;

  private final TreeWriter writer;
  private final Namespace names;
  private final WriteBack writeBack;
  private final Contents contents;
  private final Removals removals;
  private final PathLock paths;
  private final OriginFence fence;

  Renames(
      TreeWriter writer,
      Namespace names,
      WriteBack writeBack,
      Contents contents,
      Removals removals,
      PathLock paths,
      OriginFence fence) {
    this.writer = writer;
    this.names = names;
    this.writeBack = writeBack;
    this.contents = contents;
    this.removals = removals;
    this.paths = paths;
    this.fence = fence;
  }

  void rename(Call call, Folder folder, String name, Folder to, String toName, int flags) {
    if ((flags & ~NO_REPLACE) != 0) {
      throw TreeFailure.INVALID; // as a file system without exchange and whiteouts has it
    }
    ScratchNode node = removals.required(folder, name);
    ScratchNode target = names.child(to, toName);
    if (node == target) {
      return;
    }
    if (target != null && flags == NO_REPLACE) {
      throw new TreeFailure(Errno.EEXIST);
    }
    if (node instanceof Folder moved) {
      if (target != null && !(target instanceof Folder)) {
        throw TreeFailure.NOT_A_FOLDER;
      }
      renameFolder(call, moved, to, toName, (Folder) target);
    } else {
      if (target instanceof Folder) {
        throw TreeFailure.IS_A_FOLDER;
      }
      try (PathLock.Held _ = paths.shared(call.deadline())) {
        renameFile(call, node, to, toName, target);
      }
    }
    folder.touch();
    to.touch();
    node.changedNanos = ScratchNode.nowNanos();
    removals.keepFolder(folder, call.deadline());
  }

  private void renameFile(
      Call call, ScratchNode node, Folder to, String toName, @Nullable ScratchNode target) {
    AssetPath destination = names.path(to).resolve(new AssetPath(toName));
    List<ScratchFile> locked = new ArrayList<>();
    try {
      lockBoth(call, node, target, locked);
      AssetVersion replaced = makeWay(call, target);
      if (node instanceof Link link) {
        link.version =
            fence.change(
                to,
                () ->
                    writer.rename(
                        names.path(link),
                        link.version,
                        destination,
                        condition(replaced),
                        call.deadline()));
        names.move(link, to, toName);
      } else if (node instanceof ScratchFile file) {
        renameFile(call, file, to, toName, destination, replaced);
      }
      if (target instanceof ScratchFile lost) {
        removals.lose(lost);
      }
    } finally {
      locked.forEach(file -> file.lock.unlock());
    }
  }

  /** Both locks, in one order for all; nobody stores them. */
  private static void lockBoth(
      Call call, ScratchNode node, @Nullable ScratchNode target, List<ScratchFile> locked) {
    List<ScratchFile> both = new ArrayList<>();
    if (node instanceof ScratchFile file) {
      both.add(file);
    }
    if (target instanceof ScratchFile file) {
      both.add(file);
    }
    both.sort((a, b) -> Long.compare(a.id, b.id));
    for (ScratchFile file : both) {
      file.enter(call.deadline());
      locked.add(file);
    }
    for (ScratchFile file : both) {
      file.settle(call.deadline());
    }
  }

  /** What the origin holds under the name that is replaced, once nobody needs it any more. */
  private @Nullable AssetVersion makeWay(Call call, @Nullable ScratchNode target) {
    return switch (target) {
      case null -> null;
      case Folder _ -> null;
      case Link link -> link.version;
      case ScratchFile file -> {
        if (file.opens > 0 && file.local == null) {
          removals.setAside(file, call.deadline());
        }
        yield file.base;
      }
    };
  }

  private static WriteCondition condition(@Nullable AssetVersion version) {
    return version == null ? new WriteCondition.Nothing() : new WriteCondition.Version(version);
  }

  private void renameFile(
      Call call,
      ScratchFile file,
      Folder to,
      String toName,
      AssetPath destination,
      @Nullable AssetVersion replaced) {
    AssetVersion base = file.base;
    AssetPath source = names.path(file);
    Folder from = names.locked(() -> file.parent);
    SpoolFile local = file.local;
    if (!file.dirty && base != null) {
      file.base =
          fence.change(
              to,
              () -> writer.rename(source, base, destination, condition(replaced), call.deadline()));
      names.move(file, to, toName);
    } else {
      // First the spool knows where it goes, then the old name is taken away: a crash between the
      // two leaves the old version under the old name, and loses nothing.
      boolean theirs = file.conflict;
      file.base = replaced;
      file.conflict = false;
      file.trouble = null;
      names.move(file, to, toName);
      if (local != null) {
        contents.remember(file, local);
      }
      if (theirs) {
        names.expire(from);
      } else if (base != null) {
        writer.remove(source, base, call.deadline());
      }
      if (file.writers == 0) {
        writeBack.add(file);
      }
    }
    file.openAnew();
  }

  private void renameFolder(
      Call call, Folder folder, Folder to, String toName, @Nullable Folder target) {
    names.locked(() -> folder.moving = true);
    List<ScratchFile> below = new ArrayList<>();
    try {
      names.files(folder, below::add);
      for (ScratchFile file : below) {
        file.enter(call.deadline());
        try {
          file.settle(call.deadline());
        } finally {
          file.lock.unlock();
        }
      }
      try (PathLock.Held _ = paths.alone(call.deadline())) {
        if (target != null) {
          removals.removeEmpty(target, call.deadline());
        }
        AssetPath from = names.path(folder);
        AssetPath destination = names.path(to).resolve(new AssetPath(toName));
        renameAtOrigin(folder, from, destination, call.deadline());
        names.move(folder, to, toName);
        below.clear();
        names.files(folder, below::add); // with those that were made since
      }
    } catch (IoFailure e) {
      names.expire(folder);
      names.expire(to);
      throw e;
    } finally {
      names.locked(() -> folder.moving = false);
      for (ScratchFile file : below) {
        moved(file);
      }
    }
  }

  private void renameAtOrigin(Folder folder, AssetPath from, AssetPath to, Deadline deadline) {
    try {
      adopt(folder, writer.renameFolder(from, to, deadline));
    } catch (IoFailure.NotFound e) {
      if (!isOnlyHere(folder)) {
        throw e;
      }
    }
  }

  /** Whether all that lies in it waits to be stored, as after a crash: the origin may lack it. */
  private boolean isOnlyHere(Folder folder) {
    List<ScratchNode> children = names.children(folder);
    return !children.isEmpty()
        && children.stream()
            .allMatch(
                node ->
                    node instanceof Folder below
                        ? isOnlyHere(below)
                        : node instanceof ScratchFile file && file.dirty && file.base == null);
  }

  /** Takes over what versions files have after a rename of their folder. */
  private void adopt(Folder folder, Map<AssetPath, AssetVersion> versions) {
    versions.forEach(
        (path, version) -> {
          ScratchNode node = folder;
          for (String name : path.value().split("/", -1)) {
            node = node instanceof Folder at ? names.child(at, name) : null;
          }
          if (node instanceof ScratchFile file) {
            file.lock.lock();
            try {
              if (file.base != null) {
                file.base = version;
                names.stored(file);
              }
            } finally {
              file.lock.unlock();
            }
          }
        });
  }

  private void moved(ScratchFile file) {
    file.lock.lock();
    try {
      file.openAnew();
      SpoolFile local = file.local;
      if (file.dirty && local != null && !file.gone) {
        contents.remember(file, local);
        if (file.writers == 0 && !file.conflict) {
          writeBack.add(file);
        }
      }
    } finally {
      file.lock.unlock();
    }
  }
}
