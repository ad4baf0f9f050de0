package dev.stoker.io.cache;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.FileStatus;
import dev.stoker.io.posix.FolderHandle;
import dev.stoker.io.posix.OpenFlag;
import dev.stoker.io.posix.PosixException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lays complete files into folders where the kernel reads them past our checksums. Only files of
 * which every grain was checked in this process, and within {@link Trust#verifyAfter}, are placed.
 *
 * <p>Thread-safe.
 */
final class Placer {
  /** What renderers may do with it: read. */
  private static final int READ_ONLY = 0444;

  private static final Set<Errno> NO_LINK =
      Set.of(Errno.EXDEV, Errno.EMLINK, Errno.EPERM, Errno.EOPNOTSUPP);
  private static final Set<Errno> NO_CLONE =
      Set.of(Errno.EXDEV, Errno.EOPNOTSUPP, Errno.EINVAL, Errno.ENOTTY, Errno.ENOSYS, Errno.EPERM);

  private final OpenFiles open;
  private final FramePool frames;
  private final Departures departures;
  private final long verifyAfterNanos;
  private final LongSupplier nanos;

  Placer(OpenFiles open, FramePool frames, Departures departures, Trust trust, LongSupplier nanos) {
    this.verifyAfterNanos = trust.verifyAfter().toNanos();
    this.open = open;
    this.frames = frames;
    this.departures = departures;
    this.nanos = nanos;
  }

  /** Whether every grain is here and was checked. */
  boolean isReady(Entry entry, Deadline deadline) throws IOException {
    entry.content.readLock().lock();
    try (OpenFiles.Use use = entry.gone ? null : open.use(entry, true, deadline)) {
      return use != null && isReady(entry, use.files());
    } finally {
      entry.content.readLock().unlock();
    }
  }

  private boolean isReady(Entry entry, EntryFiles files) throws IOException {
    long now = nanos.getAsLong();
    if (files.isVerified()) {
      entry.verifiedAtNanos = Math.max(entry.verifiedAtNanos, files.checkedSinceNanos());
      entry.verifiedStamp = files.checkedStamp();
    }
    long verifiedAt = entry.verifiedAtNanos;
    if (verifiedAt != 0
        && now - verifiedAt < verifyAfterNanos
        && files.isComplete()
        && isUntouched(entry, files)) {
      return true;
    }
    if (files.isVerified()) {
      files.unverify(now);
    }
    return false;
  }

  /** Whether the file is as it was when its bytes were checked. */
  private static boolean isUntouched(Entry entry, EntryFiles files) throws IOException {
    FileStatus then = entry.verifiedStamp;
    FileStatus now = files.data().status();
    return then != null
        && now.lengthBytes() == then.lengthBytes()
        && now.modifiedNanos() == then.modifiedNanos();
  }

  /**
   * Places the entry's file in the cheapest way that works, at most as cheap as {@code cheapest}.
   *
   * @return null when the entry is not, or not any more, ready
   */
  @Nullable PlacedFile place(
      Entry entry, FolderHandle folder, String name, Placement cheapest, Deadline deadline)
      throws IOException {
    boolean changed = false;
    entry.content.readLock().lock();
    try (OpenFiles.Use use = entry.gone ? null : open.use(entry, true, deadline)) {
      if (use == null || !isReady(entry, use.files())) {
        return null;
      }
      FileHandle data = use.files().data();
      entry.links.lock.lock();
      try {
        FileStatus now = data.status();
        changed = entry.links.isChanged(now) || now.links() == 0; // or somebody removed it
        if (!changed) {
          Placement done = place(entry, data, folder, name, cheapest, deadline);
          return new PlacedFile(entry, departures, done);
        }
      } finally {
        entry.links.lock.unlock();
      }
    } finally {
      entry.content.readLock().unlock();
    }
    if (changed) {
      departures.detach(entry);
    }
    return null;
  }

  /**
   * Gives the entry's file one more name, or nothing.
   *
   * @return null when the entry is not, or not any more, ready, or its disk knows no links
   */
  @Nullable PlacedFile link(Entry entry, FolderHandle folder, String name, Deadline deadline)
      throws IOException {
    boolean changed;
    entry.content.readLock().lock();
    try (OpenFiles.Use use = entry.gone ? null : open.use(entry, false, deadline)) {
      if (use == null || !isReady(entry, use.files())) {
        return null;
      }
      FileHandle data = use.files().data();
      entry.links.lock.lock();
      try {
        FileStatus now = data.status();
        changed = entry.links.isChanged(now) || now.links() == 0;
        if (!changed) {
          return link(entry, data, folder, name)
              ? new PlacedFile(entry, departures, Placement.LINK)
              : null;
        }
      } finally {
        entry.links.lock.unlock();
      }
    } finally {
      entry.content.readLock().unlock();
    }
    departures.detach(entry);
    return null;
  }

  private Placement place(
      Entry entry,
      FileHandle data,
      FolderHandle folder,
      String name,
      Placement cheapest,
      Deadline deadline)
      throws IOException {
    if (cheapest == Placement.LINK && link(entry, data, folder, name)) {
      return Placement.LINK;
    }
    try (FileHandle copy =
        folder.file(name, READ_ONLY, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE)) {
      copy.setMode(READ_ONLY);
      if (cheapest != Placement.COPY && cloned(data, copy)) {
        entry.links.cloned(1);
        return Placement.REFLINK;
      }
      copy(entry, data, copy, deadline);
      return Placement.COPY;
    }
  }

  private static boolean link(Entry entry, FileHandle data, FolderHandle folder, String name)
      throws PosixException {
    Path path = entry.id.file(entry.disk.folder, EntryId.DATA);
    try {
      data.setMode(READ_ONLY);
      folder.link(path, name);
      return true;
    } catch (PosixException e) {
      if (NO_LINK.contains(e.errno())) {
        return false;
      }
      throw e;
    } finally {
      entry.links.own(data.status());
    }
  }

  private static boolean cloned(FileHandle data, FileHandle copy) throws PosixException {
    try {
      copy.cloneFrom(data);
      return true;
    } catch (PosixException e) {
      if (NO_CLONE.contains(e.errno())) {
        return false;
      }
      throw e;
    }
  }

  /** Inside the kernel, or through a frame between file systems of two kinds. */
  private void copy(Entry entry, FileHandle data, FileHandle copy, Deadline deadline)
      throws IOException {
    try {
      copy.copyFrom(data, entry.lengthBytes);
      return;
    } catch (PosixException e) {
      if (!NO_CLONE.contains(e.errno())) {
        throw e;
      }
    }
    ByteBuffer frame = null;
    try {
      frame = frames.take(deadline);
      if (frame == null) {
        throw new IoFailure.TimedOut("Copying " + entry.identity + " found no memory in time.");
      }
      for (long at = 0; at < entry.lengthBytes; at += Grain.BYTES) {
        data.read(frame.clear(), at);
        copy.write(frame.flip(), at);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Copying " + entry.identity + " was canceled.");
    } finally {
      if (frame != null) {
        frames.giveBack(frame);
      }
    }
  }
}
