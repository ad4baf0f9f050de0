package dev.stoker.io.cache;

import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.FileStatus;
import dev.stoker.io.posix.FolderHandle;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.posix.PosixFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A cached file that was laid into a folder, and the way to take it away again. Thread-safe. */
public final class PlacedFile {
  private final Entry entry;
  private final Departures departures;
  private final Placement placement;

  PlacedFile(Entry entry, Departures departures, Placement placement) {
    this.entry = entry;
    this.departures = departures;
    this.placement = placement;
  }

  public Placement placement() {
    return placement;
  }

  /**
   * Removes the file from the folder it was placed in. Where it was a link and somebody wrote to
   * it, or the cache found it damaged meanwhile, it leaves the cache too.
   *
   * @return whether its bytes are still what they were when it was placed
   * @throws IOException when the folder cannot be written
   */
  public boolean withdraw(FolderHandle folder, String name) throws IOException {
    if (placement != Placement.LINK) {
      folder.removeFile(name);
      if (placement == Placement.REFLINK) {
        entry.links.cloned(-1);
      }
      return true;
    }
    boolean changed;
    entry.content.readLock().lock(); // held alone only for as long as a removal takes
    try {
      changed = entry.gone || unlink(folder, name);
    } finally {
      entry.content.readLock().unlock();
    }
    if (entry.gone) {
      folder.removeFile(name);
    } else if (changed) {
      departures.detach(entry);
    }
    entry.disk.lost.sweep();
    return !changed;
  }

  /** Takes the link away and follows the stamp; says whether somebody else changed the file. */
  private boolean unlink(FolderHandle folder, String name) throws PosixException {
    Path data = entry.id.file(entry.disk.folder, EntryId.DATA);
    entry.links.lock.lock();
    try {
      FileStatus ours = statusIfThere(data);
      if (ours == null) {
        folder.removeFile(name);
        return true; // somebody removed the cache's own name of it
      }
      boolean changed = entry.links.isChanged(ours);
      if (!changed && replaced(folder, name, ours)) {
        folder.removeFile(name);
        return false; // our file is as it was; what stood in its place is gone
      }
      folder.removeFile(name);
      FileStatus after = PosixFiles.status(data);
      if (after.links() == 1) {
        try (FileHandle handle = FileHandle.open(data, 0)) {
          handle.setMode(0600); // so that a process without root may write to it again
          after = handle.status();
        }
      }
      entry.links.own(after);
      return changed;
    } finally {
      entry.links.lock.unlock();
    }
  }

  private static @Nullable FileStatus statusIfThere(Path path) throws PosixException {
    try {
      return PosixFiles.status(path);
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }

  private static boolean replaced(FolderHandle folder, String name, FileStatus ours)
      throws PosixException {
    try {
      FileStatus there = folder.status(name);
      return there.inode() != ours.inode() || there.device() != ours.device();
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return true;
      }
      throw e;
    }
  }
}
