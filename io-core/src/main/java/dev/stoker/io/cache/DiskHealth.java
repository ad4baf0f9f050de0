package dev.stoker.io.cache;

import dev.stoker.io.posix.PosixException;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Whether a disk may be used. A full disk is left alone for a moment, one that fails is taken out
 * for good: until the process starts again nobody waits for it a second time.
 *
 * <p>Thread-safe.
 */
final class DiskHealth {
  private static final System.Logger LOG = System.getLogger(DiskHealth.class.getName());

  /** One bad sector is a bad file; three errors are a bad disk. */
  private static final int ERRORS_UNTIL_OUT = 3;

  /** Long enough that the failing writes cost nothing, short enough that a clean-up is noticed. */
  private static final long FULL_NANOS = 5_000_000_000L;

  private final String folder;
  private final LongSupplier nanos;
  private volatile boolean out;
  private volatile boolean full;
  private volatile long fullSinceNanos;
  private int errors; // guarded by this

  DiskHealth(String folder, LongSupplier nanos) {
    this.folder = folder;
    this.nanos = nanos;
  }

  /** Whether files on it may still be read. */
  boolean isUsable() {
    return !out;
  }

  boolean isFull() {
    if (full && nanos.getAsLong() - fullSinceNanos > FULL_NANOS) {
      full = false;
    }
    return full;
  }

  boolean takesWrites() {
    return !out && !isFull();
  }

  /**
   * Judges a failure.
   *
   * @return whether the disk is out because of it, for the first time
   */
  synchronized boolean failed(IOException failure) {
    if (!(failure instanceof PosixException posix)) {
      return countError(failure);
    }
    return switch (posix.errno()) {
      case ENOSPC, EDQUOT -> {
        if (!isFull()) {
          LOG.log(
              System.Logger.Level.WARNING,
              "The cache disk {0} is full before its cache reaches the ceiling; free some space or lower the"
                  + " ceiling: {1}",
              folder,
              failure.getMessage());
        }
        fullSinceNanos = nanos.getAsLong();
        full = true;
        yield false;
      }
      case EROFS, ENODEV, ENXIO, EUCLEAN, ESTALE -> takeOut(failure);
      case EIO -> countError(failure);
      default -> {
        LOG.log(
            System.Logger.Level.WARNING,
            "The cache could not use a file: {0}",
            failure.getMessage());
        yield false;
      }
    };
  }

  private boolean countError(IOException failure) {
    errors++;
    LOG.log(
        System.Logger.Level.WARNING,
        "The cache disk {0} failed: {1}",
        folder,
        failure.getMessage());
    return errors >= ERRORS_UNTIL_OUT && takeOut(failure);
  }

  private boolean takeOut(IOException failure) {
    if (out) {
      return false;
    }
    out = true;
    LOG.log(
        System.Logger.Level.ERROR,
        "The cache disk {0} is taken out until the next start, readers go on from the origin: {1}",
        folder,
        failure.getMessage());
    return true;
  }
}
