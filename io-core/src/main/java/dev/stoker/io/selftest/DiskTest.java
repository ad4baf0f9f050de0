package dev.stoker.io.selftest;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.fetch.BufferPool;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.OpenFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/** Writes and reads one file in bulk, past the page cache and through it. */
final class DiskTest {
  /** As large as the writes of the cache's intake. */
  private static final int CHUNK_BYTES = 4 << 20;

  private final Path file;
  private final long bytes;

  /**
   * @param bytes a multiple of 4 MiB
   */
  DiskTest(Path file, long bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /** Bytes a second that reach the disk when written past the page cache; -1 where that fails. */
  long writeDirect() {
    try {
      return timed(true, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.DIRECT);
    } catch (IOException e) {
      return -1; // tmpfs and some network file systems have no O_DIRECT
    }
  }

  /** The same through the page cache, the final sync included. */
  long writeBuffered() {
    try {
      return timed(true, OpenFlag.WRITE, OpenFlag.CREATE);
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot write the test file " + file + ": " + e.getMessage(), e);
    }
  }

  /** Bytes a second that the disk itself gives; -1 where it cannot be asked. */
  long readDirect() {
    try {
      return timed(false, OpenFlag.DIRECT);
    } catch (IOException e) {
      return -1;
    }
  }

  private long timed(boolean write, OpenFlag... how) throws IOException {
    try (BufferPool pool = new BufferPool(CHUNK_BYTES);
        FileHandle handle = FileHandle.open(file, 0600, how)) {
      BufferPool.Lease lease = pool.tryTake(CHUNK_BYTES, Priority.DEMAND);
      if (lease == null) {
        throw new IllegalStateException("An empty pool has room.");
      }
      try {
        ByteBuffer buffer = lease.buffer();
        new Random(1).ints(CHUNK_BYTES / Integer.BYTES).forEach(buffer::putInt);
        long start = System.nanoTime();
        for (long at = 0; at < bytes; at += CHUNK_BYTES) {
          buffer.clear();
          if (write) {
            handle.write(buffer, at);
          } else {
            handle.read(buffer, at);
          }
        }
        if (write) {
          handle.sync();
        }
        return (long) (bytes * 1e9 / Math.max(1, System.nanoTime() - start));
      } finally {
        lease.release();
      }
    }
  }
}
