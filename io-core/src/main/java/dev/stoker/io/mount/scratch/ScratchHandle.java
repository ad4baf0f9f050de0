package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.OpenFile;
import dev.stoker.io.posix.PosixException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One open file of a tree that is written to. Thread-safe. */
final class ScratchHandle implements OpenFile {
  private final Contents contents;
  private final ScratchFile file;
  private final boolean writing;
  private final boolean storesOnClose;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable OpenFile atOrigin; // guarded by lock
  private volatile int epoch; // written by who holds the lock

  /**
   * @param storesOnClose whether close(2) waits until the origin has it
   */
  ScratchHandle(Contents contents, ScratchFile file, boolean writing, boolean storesOnClose) {
    this.contents = contents;
    this.file = file;
    this.writing = writing;
    this.storesOnClose = storesOnClose;
  }

  ScratchFile file() {
    return file;
  }

  @Override
  public int openFlags() {
    return writing ? KEEP_PAGES : KEEP_PAGES | NO_FLUSH;
  }

  @Override
  public void read(Call call, long offset, ByteBuffer into) {
    SpoolFile local = file.local;
    if (local == null) {
      readAtOrigin(call, offset, into);
      return;
    }
    try {
      local.read(into, offset);
    } catch (PosixException e) {
      throw new IoFailure.Disk("The spool fails: " + e.getMessage(), e);
    }
  }

  private void readAtOrigin(Call call, long offset, ByteBuffer into) {
    int start = into.position();
    try {
      atOrigin(call).read(call, offset, into);
    } catch (IoFailure.Changed | IoFailure.NotFound e) {
      into.position(start);
      if (!isElsewhere()) {
        throw e;
      }
      SpoolFile local = file.local;
      if (local != null) {
        read(call, offset, into);
      } else {
        atOrigin(call).read(call, offset, into);
      }
    }
  }

  /** Whether it was renamed, or taken over, since it was opened at the origin. */
  private boolean isElsewhere() {
    return epoch != file.epoch || file.local != null;
  }

  private OpenFile atOrigin(Call call) {
    if (!lock.tryLock()) {
      call.aboutToWait(); // somebody opens it
      lock.lock();
    }
    try {
      OpenFile known = atOrigin;
      if (known != null && epoch == file.epoch) {
        return known;
      }
      call.aboutToWait();
      if (known != null) {
        known.close();
      }
      epoch = file.epoch;
      OpenFile opened = contents.openAtOrigin(file, call.deadline());
      atOrigin = opened;
      return opened;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int write(Call call, long offset, ByteBuffer from) {
    return contents.write(call, file, offset, from);
  }

  @Override
  public void flush(Call call) {
    if (writing) {
      if (storesOnClose) {
        contents.sync(call, file);
      }
      contents.throwTrouble(call, file);
    }
  }

  @Override
  public void sync(Call call, boolean dataOnly) {
    contents.sync(call, file);
  }

  @Override
  public void allocate(Call call, int mode, long offset, long lengthBytes) {
    contents.allocate(call, file, mode, offset, lengthBytes);
  }

  @Override
  public void close() {
    if (file.lock.tryLock()) {
      closed();
    } else {
      Deadline never = Deadline.after(java.time.Duration.ofHours(1));
      Thread.ofVirtual()
          .name("scratch close " + file.id)
          .start(
              () -> {
                file.enter(never);
                closed();
              });
    }
  }

  private void closed() {
    try {
      contents.closed(file, writing);
    } finally {
      file.lock.unlock();
    }
    lock.lock();
    try {
      if (atOrigin != null) {
        atOrigin.close();
        atOrigin = null;
      }
    } finally {
      lock.unlock();
    }
  }
}
