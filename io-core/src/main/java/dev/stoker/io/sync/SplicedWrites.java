package dev.stoker.io.sync;

import dev.stoker.io.fetch.RangeSink;
import dev.stoker.io.net.SpliceTarget;
import dev.stoker.io.posix.SplicePipe;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Moves what comes in for one file from sockets into it, through a pipe of its own. Of a file that
 * is closed nobody waits for bytes: they are taken and dropped.
 */
final class SplicedWrites implements RangeSink.Splice {
  private final PartFile file;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@link #lock}. */
  private final SplicePipe pipe;

  /** Guarded by {@link #lock}. */
  private boolean spent;

  SplicedWrites(PartFile file, SplicePipe pipe) {
    this.file = file;
    this.pipe = pipe;
  }

  @Override
  public int splice(int socket, long offset, int mostBytes) {
    lock.lock();
    try {
      int count = spent ? SpliceTarget.USELESS : pipe.fill(socket, mostBytes);
      if (count > 0) {
        spent = true; // unless all goes well: what stays in a pipe must not go to another place
        spent = !file.writeFrom(pipe, offset, count);
      }
      return count;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void put(long offset, ByteBuffer data) {
    file.writeIfOpen(offset, data);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      spent = true;
      pipe.close();
    } finally {
      lock.unlock();
    }
  }
}
