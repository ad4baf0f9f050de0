package dev.stoker.io.mount;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.cache.ExposedFile;
import dev.stoker.io.cache.FillProgress;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.mount.fuse.Kernel;
import dev.stoker.io.posix.PosixException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Gives complete, checked files to the kernel, which then reads them at the disk's own speed. What
 * goes wrong is said once; files are read through us from then on.
 *
 * <p>Thread-safe.
 */
final class Passthrough implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Passthrough.class.getName());

  /**
   * Files whose grains are checked again, after a restart, so that the next open is one of ours.
   */
  private static final int CHECKS_AT_ONCE = 2;

  /** A terabyte from a slow disk. */
  private static final Duration CHECK_PATIENCE = Duration.ofHours(2);

  private final Kernel kernel;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final Semaphore checks = new Semaphore(CHECKS_AT_ONCE);
  private final Set<Thread> checking = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Passthrough(Kernel kernel) {
    this.kernel = kernel;
  }

  /**
   * One file that the kernel has.
   *
   * @param id by which an answer to OPEN names it
   */
  record Backing(int id, ExposedFile file) {}

  /** The file for the kernel; null where it has to be read through us. Asks no origin. */
  @Nullable Backing open(CachedAsset asset, Deadline deadline) {
    if (!kernel.hasPassthrough() || failed.get() || asset.lengthBytes() == 0) {
      return null;
    }
    ExposedFile file = asset.expose(deadline);
    if (file == null) {
      checkLater(asset);
      return null;
    }
    try {
      return new Backing(kernel.openBacking(file.handle()), file);
    } catch (PosixException e) {
      file.close();
      if (failed.compareAndSet(false, true)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "Complete files are read through Stoker, because the kernel does not take them: {0}",
            e.getMessage());
      }
      return null;
    }
  }

  /** Whether {@link #open} would give one. */
  boolean couldOpen(CachedAsset asset) {
    return kernel.hasPassthrough() && !failed.get() && asset.isExposable();
  }

  void close(Backing backing) {
    kernel.closeBacking(backing.id());
    backing.file().close();
  }

  /** A file that is all here but was not checked in this process is, for the next who opens it. */
  private void checkLater(CachedAsset asset) {
    if (closed || !asset.isComplete() || !checks.tryAcquire()) {
      return;
    }
    Thread thread =
        Thread.ofVirtual()
            .name("check " + asset)
            .unstarted(
                () -> {
                  try {
                    asset.complete(
                        Priority.PREFETCH, Deadline.after(CHECK_PATIENCE), FillProgress.NONE);
                  } catch (IoFailure e) {
                    LOG.log(System.Logger.Level.DEBUG, "Not checked: {0}", e.getMessage());
                  } finally {
                    checks.release();
                    checking.remove(Thread.currentThread());
                  }
                });
    checking.add(thread);
    thread.start();
  }

  /** Gives up what is being checked. */
  @Override
  public void close() {
    closed = true;
    for (Thread thread : checking) {
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
