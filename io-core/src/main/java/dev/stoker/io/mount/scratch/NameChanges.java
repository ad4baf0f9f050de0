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
import dev.stoker.io.sync.FileLook;
import dev.stoker.io.sync.TreeWriter;
import dev.stoker.io.sync.WriteCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes, removes and renames. What the origin has is changed there at once; what only the spool has
 * is changed here. All may wait.
 *
 * <p>Thread-safe: the kernel changes one folder's names one at a time, and the rename of a folder
 * keeps all others out.
 */
final class NameChanges {
  private static final System.Logger LOG = System.getLogger(NameChanges.class.getName());

  /** renameat2(2). */
  private static final int NO_REPLACE = 1;

  private final TreeWriter writer;
  private final Namespace names;
  private final Spool spool;
  private final WriteBack writeBack;
  private final Contents contents;

  /** Paths stay what they are for who holds it shared. */
  private final ReentrantReadWriteLock paths = new ReentrantReadWriteLock();

  NameChanges(
      TreeWriter writer, Namespace names, Spool spool, WriteBack writeBack, Contents contents) {
    this.writer = writer;
    this.names = names;
    this.spool = spool;
    this.writeBack = writeBack;
    this.contents = contents;
  }

  /** Held by who needs paths to stay; closing lets go. */
  private record Held(Lock lock) implements AutoCloseable {
    @Override
    public void close() {
      lock.unlock();
    }
  }

  private static Held hold(Lock lock, Deadline deadline) {
    try {
      if (lock.tryLock(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS)) {
        return new Held(lock);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for another change of names was interrupted.");
    }
    throw new IoFailure.TimedOut("Gave up waiting for another change of names.");
  }

  /** A new, empty file, with its lock held and opened for writing. */
  ScratchFile create(Call call, Folder folder, String name, FileLook look) {
    try (Held _ = hold(paths.readLock(), call.deadline())) {
      ScratchFile file = names.addFile(folder, name, look, ScratchNode.nowNanos(), null, 0);
      boolean done = false;
      file.lock.lock();
      try {
        SpoolFile local = spool.create();
        file.local = local;
        contents.remember(file, local);
        contents.opened(file, true);
        folder.touch();
        done = true;
        return file;
      } finally {
        if (!done) {
          file.gone = true;
          names.remove(file);
          contents.dispose(file);
          file.lock.unlock();
        }
      }
    }
  }

  Folder makeFolder(Call call, Folder folder, String name, FileLook look) {
    requireNew(folder, name);
    try (Held _ = hold(paths.readLock(), call.deadline())) {
      AssetPath path = names.path(folder).resolve(new AssetPath(name));
      writer.makeFolder(path, writer.keepsLooks() ? look : null, call.deadline());
      folder.touch();
      Folder made = names.addFolder(folder, name, look);
      names.locked(() -> made.listedNanos = System.nanoTime());
      return made;
    }
  }

  Link makeLink(Call call, Folder folder, String name, String target, FileLook look) {
    if (!writer.hasLinks()) {
      throw new TreeFailure(Errno.EPERM); // as symlink(2) has it for a file system without them
    }
    requireNew(folder, name);
    try (Held _ = hold(paths.readLock(), call.deadline())) {
      AssetPath path = names.path(folder).resolve(new AssetPath(name));
      AssetVersion version = writer.makeLink(path, target, call.deadline());
      folder.touch();
      return names.addLink(folder, name, look, target, version);
    }
  }

  void requireNew(Folder folder, String name) {
    if (names.child(folder, name) != null) {
      throw new TreeFailure(Errno.EEXIST);
    }
  }

  void remove(Call call, Folder folder, String name) {
    try (Held _ = hold(paths.readLock(), call.deadline())) {
      ScratchNode node = required(folder, name);
      switch (node) {
        case Folder _ -> throw TreeFailure.IS_A_FOLDER;
        case Link link -> {
          fenced(folder, () -> writer.remove(names.path(link), link.version, call.deadline()));
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
        fenced(folder, () -> setAside(file, call.deadline()));
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
  private void lose(ScratchFile file) {
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
  private void setAside(ScratchFile file, Deadline deadline) {
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
    try (Held _ = hold(paths.readLock(), call.deadline())) {
      if (!(required(folder, name) instanceof Folder removed)) {
        throw TreeFailure.NOT_A_FOLDER;
      }
      removeEmpty(removed, call.deadline());
      names.remove(removed);
      folder.touch();
      keepFolder(folder, call.deadline());
    }
  }

  private void removeEmpty(Folder folder, Deadline deadline) {
    if (!names.children(folder).isEmpty() || !writer.removeFolder(names.path(folder), deadline)) {
      names.expire(folder);
      throw new TreeFailure(Errno.ENOTEMPTY);
    }
  }

  /** Where folders are only what lies in them, one that becomes empty is marked to stay. */
  private void keepFolder(Folder folder, Deadline deadline) {
    if (!writer.keepsEmptyFolders() && folder != names.root() && isEmptyAtOrigin(folder)) {
      writer.makeFolder(names.path(folder), null, deadline);
    }
  }

  private boolean isEmptyAtOrigin(Folder folder) {
    return names.children(folder).stream()
        .noneMatch(node -> !(node instanceof ScratchFile file) || !file.dirty || file.base != null);
  }

  void rename(Call call, Folder folder, String name, Folder to, String toName, int flags) {
    if ((flags & ~NO_REPLACE) != 0) {
      throw TreeFailure.INVALID; // as a file system without exchange and whiteouts has it
    }
    ScratchNode node = required(folder, name);
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
      try (Held _ = hold(paths.readLock(), call.deadline())) {
        renameFile(call, node, to, toName, target);
      }
    }
    folder.touch();
    to.touch();
    node.changedNanos = ScratchNode.nowNanos();
    keepFolder(folder, call.deadline());
  }

  private ScratchNode required(Folder folder, String name) {
    ScratchNode node = names.child(folder, name);
    if (node == null) {
      throw TreeFailure.NO_ENTRY;
    }
    return node;
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
            fenced(
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
        lose(lost);
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
          setAside(file, call.deadline());
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
          fenced(
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
      try (Held _ = hold(paths.writeLock(), call.deadline())) {
        if (target != null) {
          removeEmpty(target, call.deadline());
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

  private void fenced(Folder folder, Runnable change) {
    fenced(
        folder,
        () -> {
          change.run();
          return true;
        });
  }

  /** What somebody else changed meanwhile is looked at again, and not changed by us. */
  private <T> T fenced(Folder folder, java.util.function.Supplier<T> change) {
    try {
      return change.get();
    } catch (IoFailure.Fenced | IoFailure.Changed e) {
      LOG.log(System.Logger.Level.WARNING, "{0} (ESTALE)", e.getMessage());
      names.expire(folder);
      throw TreeFailure.STALE;
    } catch (IoFailure.NotFound e) {
      names.expire(folder);
      throw TreeFailure.NO_ENTRY;
    }
  }
}
