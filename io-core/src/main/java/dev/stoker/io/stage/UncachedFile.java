package dev.stoker.io.stage;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.cache.FillProgress;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.FolderHandle;
import dev.stoker.io.posix.OpenFlag;
import dev.stoker.io.posix.PosixException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings a file whose origin tells no versions apart: in one request, past the cache, since nobody
 * could say later whether it is still the same.
 */
final class UncachedFile {
  /** Held while a piece is written, and to end that for good before the file is closed. */
  private final ReentrantLock lock = new ReentrantLock();

  private final FileHandle file;
  private boolean ended; // guarded by lock

  private UncachedFile(FileHandle file) {
    this.file = file;
  }

  static void fetch(
      RangeFetcher fetcher,
      PinnedAsset asset,
      FolderHandle folder,
      String name,
      FillProgress progress,
      Deadline deadline)
      throws IOException {
    try (FileHandle file =
        folder.file(name, 0600, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE)) {
      UncachedFile target = new UncachedFile(file);
      Future<Void> fetch =
          fetcher.fetch(
              asset,
              asset.info().wholeRange(),
              Priority.PREFETCH,
              deadline,
              (offset, data) -> {
                progress.arrived(data.remaining());
                target.write(offset, data);
              });
      try {
        await(asset, fetch, deadline);
      } finally {
        target.end();
      }
      file.setMode(0444);
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
    } finally {
      lock.unlock();
    }
  }

  private void write(long offset, ByteBuffer data) {
    ByteBuffer direct = data;
    if (!data.isDirect()) {
      direct = ByteBuffer.allocateDirect(data.remaining()).put(data.duplicate()).flip();
    }
    lock.lock();
    try {
      if (!ended) {
        file.write(direct.duplicate(), offset);
      }
    } catch (PosixException e) {
      throw new IoFailure.Disk("Cannot stage a file: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private static void await(PinnedAsset asset, Future<Void> fetch, Deadline deadline) {
    boolean done = false;
    try {
      fetch.get(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
      done = true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IoFailure failure) {
        throw failure;
      }
      throw new IoFailure.Unavailable("Cannot read " + asset + ": " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new IoFailure.TimedOut("Fetching " + asset + " took longer than its deadline.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Fetching " + asset + " was canceled.");
    } finally {
      if (!done) {
        fetch.cancel(true);
      }
    }
  }
}
