package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.cache.FillProgress;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.mount.AssetOpener;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.OpenFile;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.sync.TreeWriter;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Reads and changes what files hold. Thread-safe. */
final class Contents {
  private static final System.Logger LOG = System.getLogger(Contents.class.getName());

  /** As ext4 has it with 4 KiB blocks; some origins take more, none of ours less. */
  private static final long MAX_LENGTH_BYTES = 16L << 40;

  /** What is read of a file at once that is taken over into the spool. */
  private static final int COPY_BYTES = 1 << 20;

  /** A folder above is renamed for about as long. */
  private static final long LOOK_NANOS = 5_000_000;

  /** What is asked of the origin ahead of that. */
  private static final long COPY_WINDOW_BYTES = 32L << 20;

  private final AssetOpener assets;
  private final Namespace names;
  private final Spool spool;
  private final WriteBack writeBack;
  private final TreeWriter writer;
  private final ScratchOptions options;

  Contents(
      AssetOpener assets,
      Namespace names,
      Spool spool,
      WriteBack writeBack,
      TreeWriter writer,
      ScratchOptions options) {
    this.assets = assets;
    this.names = names;
    this.spool = spool;
    this.writeBack = writeBack;
    this.writer = writer;
    this.options = options;
  }

  /** One more who has it open. Only with the file's lock. */
  void opened(ScratchFile file, boolean writing) {
    file.opens++;
    file.writers += writing ? 1 : 0;
    spool.mayNotGo(file);
  }

  /** One less. Only with the file's lock. */
  void closed(ScratchFile file, boolean writing) {
    file.opens--;
    file.writers -= writing ? 1 : 0;
    if (file.gone) {
      if (file.opens == 0) {
        dispose(file);
      }
    } else if (file.dirty) {
      if (file.writers == 0 && !file.conflict) {
        writeBack.add(file);
      }
    } else if (file.opens == 0 && file.local != null) {
      spool.mayGo(file);
    }
  }

  /** Nobody can reach it any more. Only with the file's lock. */
  void dispose(ScratchFile file) {
    SpoolFile local = file.local;
    if (local != null) {
      file.local = null;
      file.dirty = false;
      spool.mayNotGo(file);
      spool.discard(local);
    }
    Orphan orphan = file.orphan;
    if (orphan != null) {
      file.orphan = null;
      Thread.ofVirtual().name("scratch removal " + file.id).start(() -> remove(orphan));
    }
  }

  private void remove(Orphan orphan) {
    try {
      writer.remove(orphan.path(), orphan.version(), Deadline.after(options.timeout()));
    } catch (IoFailure e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "''{0}'', removed while it was open, is left at the origin: {1}",
          orphan.path(),
          e.getMessage());
    }
  }

  /** The version that is read through the cache. */
  AssetInfo info(ScratchFile file) {
    Orphan orphan = file.orphan;
    AssetVersion base = orphan == null ? file.base : orphan.version();
    AssetPath path = orphan == null ? names.path(file) : orphan.path();
    return new AssetInfo(
        path,
        Objects.requireNonNull(base, "a file without content here has some at the origin"),
        file.lengthBytes,
        Instant.ofEpochSecond(0, file.modifiedNanos),
        null);
  }

  OpenFile openAtOrigin(ScratchFile file, Deadline deadline) {
    return assets.open(info(file), deadline);
  }

  int write(Call call, ScratchFile file, long offset, ByteBuffer from) {
    int bytes = from.remaining();
    long end = offset + bytes;
    if (end > MAX_LENGTH_BYTES) {
      throw new TreeFailure(Errno.EFBIG);
    }
    file.enter(call);
    try {
      SpoolFile local = toChange(call, file, Long.MAX_VALUE);
      take(call, local, offset, end);
      write(local, from, offset);
      file.lengthBytes = Math.max(file.lengthBytes, end);
      changedNow(file);
    } finally {
      file.lock.unlock();
    }
    return bytes;
  }

  private static void changedNow(ScratchFile file) {
    file.mode &= ~ScratchNode.SET_ID_BITS; // the kernel leaves that to us (HANDLE_KILLPRIV)
    file.touch();
  }

  private void write(SpoolFile local, ByteBuffer from, long offset) {
    ByteBuffer again = from.duplicate();
    try {
      local.write(from, offset);
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOSPC || !spool.letGoOfAll()) {
        throw Spool.failure(e);
      }
      try {
        local.write(again, offset);
      } catch (PosixException still) {
        throw Spool.failure(still);
      }
    }
  }

  private void take(Call call, SpoolFile local, long offset, long end) {
    long more = local.missingBytes(offset, end);
    if (more > 0) {
      spool.reserve(more, call, writeBack);
      local.charge(offset, end);
    }
  }

  /**
   * Gets a file ready for a change: nobody stores it, its bytes are here, and the spool remembers
   * it. Only with the file's lock.
   *
   * @param upTo what lies beyond is not wanted
   */
  SpoolFile toChange(Call call, ScratchFile file, long upTo) {
    if (file.uploader != null) {
      call.aboutToWait();
      file.settle(Deadline.after(options.patience(file.lengthBytes)));
    }
    SpoolFile local = file.local;
    if (local == null) {
      call.aboutToWait();
      local = takeOver(call, file, Math.min(upTo, file.lengthBytes));
      file.local = local;
    }
    if (!file.dirty) {
      remember(file, local);
      file.dirty = true;
    }
    return local;
  }

  /** Writes down where the file is to go. Only with the file's lock. */
  void remember(ScratchFile file, SpoolFile local) {
    AssetPath path = names.pathIfAny(file);
    if (path != null && !file.gone) {
      spool.remember(local, new SpoolRecord(path, file.base, file.look()));
    }
  }

  /** Brings the first bytes of what the origin has into the spool. */
  private SpoolFile takeOver(Call call, ScratchFile file, long lengthBytes) {
    SpoolFile local = spool.create();
    boolean done = false;
    try {
      if (lengthBytes > 0) {
        Deadline deadline = Deadline.after(options.patience(lengthBytes));
        CachedAsset asset = assets.cached(info(file), deadline);
        copy(call, asset, local, lengthBytes, deadline);
      }
      done = true;
      return local;
    } catch (IoFailure.Changed | IoFailure.NotFound e) {
      names.expire(names.locked(() -> file.parent));
      throw e;
    } finally {
      if (!done) {
        spool.discard(local);
      }
    }
  }

  private void copy(
      Call call, CachedAsset asset, SpoolFile local, long lengthBytes, Deadline deadline) {
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(COPY_BYTES, lengthBytes));
    CompletableFuture<Void> ahead = CompletableFuture.completedFuture(null);
    long asked = 0;
    try {
      for (long at = 0; at < lengthBytes; at += COPY_BYTES) {
        if (at >= asked - COPY_WINDOW_BYTES / 2 && asked < lengthBytes) {
          long to = Math.min(lengthBytes, at + COPY_WINDOW_BYTES);
          ahead =
              asset.fill(
                  List.of(ByteRange.between(asked, to)),
                  Priority.DEMAND,
                  deadline,
                  FillProgress.NONE);
          asked = to;
        }
        long end = Math.min(lengthBytes, at + COPY_BYTES);
        take(call, local, at, end);
        buffer.clear().limit((int) (end - at));
        asset.read(ByteRange.between(at, end), buffer, deadline);
        write(local, buffer.flip(), at);
      }
    } finally {
      ahead.cancel(true);
    }
  }

  void truncate(Call call, ScratchFile file, long lengthBytes) {
    if (lengthBytes > MAX_LENGTH_BYTES) {
      throw new TreeFailure(Errno.EFBIG);
    }
    file.enter(call);
    try {
      SpoolFile local = toChange(call, file, lengthBytes);
      local.truncate(lengthBytes);
      spool.giveBack(local.discharge(lengthBytes, Long.MAX_VALUE));
      file.lengthBytes = lengthBytes;
      changedNow(file);
    } catch (PosixException e) {
      throw Spool.failure(e);
    } finally {
      file.lock.unlock();
    }
  }

  /** fallocate(2), as the file system below the spool does it. */
  void allocate(Call call, ScratchFile file, int mode, long offset, long lengthBytes) {
    long end = offset + lengthBytes;
    if (end > MAX_LENGTH_BYTES) {
      throw new TreeFailure(Errno.EFBIG);
    }
    if ((mode & ~(SpoolFile.KEEP_SIZE | SpoolFile.PUNCH_HOLE | SpoolFile.ZERO_RANGE)) != 0) {
      throw TreeFailure.UNSUPPORTED;
    }
    file.enter(call);
    try {
      SpoolFile local = toChange(call, file, Long.MAX_VALUE);
      if ((mode & SpoolFile.PUNCH_HOLE) != 0) {
        local.allocate(mode, offset, lengthBytes);
        spool.giveBack(local.discharge(offset, end));
      } else {
        take(call, local, offset, end);
        local.allocate(mode, offset, lengthBytes);
        if ((mode & SpoolFile.KEEP_SIZE) == 0) {
          file.lengthBytes = Math.max(file.lengthBytes, end);
        }
      }
      changedNow(file);
    } catch (PosixException e) {
      throw Spool.failure(e);
    } finally {
      file.lock.unlock();
    }
  }

  /** Stores a file; returns when the origin has what was written before. */
  void sync(Call call, ScratchFile file) {
    if (!file.dirty || file.gone) {
      return;
    }
    call.aboutToWait();
    Deadline deadline = Deadline.after(options.patience(file.lengthBytes));
    while (true) {
      switch (writeBack.storeNow(file)) {
        case DONE -> {
          return;
        }
        case FAILED, CONFLICT -> {
          throwTrouble(call, file);
          return;
        }
        case NOT_NOW -> awaitOther(file, deadline);
      }
    }
  }

  /** Somebody else stores it, or its folder is being renamed. */
  private static void awaitOther(ScratchFile file, Deadline deadline) {
    file.enter(deadline);
    try {
      if (file.uploader != null) {
        file.settle(deadline);
        return;
      }
    } finally {
      file.lock.unlock();
    }
    if (deadline.hasPassed()) {
      throw new IoFailure.TimedOut("Gave up waiting until '" + file.name + "' can be stored.");
    }
    LockSupport.parkNanos(LOOK_NANOS);
  }

  /**
   * Says why a file could not be stored.
   *
   * @throws TreeFailure with ESTALE for a conflict, for a try again cannot help
   */
  void throwTrouble(Call call, ScratchFile file) {
    file.enter(call);
    try {
      if (file.conflict) {
        throw TreeFailure.STALE;
      }
      if (file.trouble != null) {
        throw file.trouble;
      }
    } finally {
      file.lock.unlock();
    }
  }
}
