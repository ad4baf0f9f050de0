package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.mount.scratch.ScratchNode.Folder;
import dev.stoker.io.mount.scratch.ScratchNode.Link;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.sync.FileLook;
import dev.stoker.io.sync.TreeWriter;

/**
 * Makes files, which are the spool's at first, and folders and links, which are the origin's at
 * once. Thread-safe.
 */
final class Creations {
  private final TreeWriter writer;
  private final Namespace names;
  private final Spool spool;
  private final Contents contents;
  private final PathLock paths;

  Creations(TreeWriter writer, Namespace names, Spool spool, Contents contents, PathLock paths) {
    this.writer = writer;
    this.names = names;
    this.spool = spool;
    this.contents = contents;
    this.paths = paths;
  }

  /** A new, empty file, with its lock held and opened for writing. */
  ScratchFile create(Call call, Folder folder, String name, FileLook look) {
    try (PathLock.Held _ = paths.shared(call.deadline())) {
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
    try (PathLock.Held _ = paths.shared(call.deadline())) {
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
    try (PathLock.Held _ = paths.shared(call.deadline())) {
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
}
