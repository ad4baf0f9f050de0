package dev.stoker.io.mount.fuse;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FuseDevice;
import dev.stoker.io.posix.FuseMounter;
import dev.stoker.io.posix.Mounts;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.posix.PosixFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A folder over which a file system lies: mounted with mount(2) by root, by {@code fusermount3} for
 * everybody else. What a killed process left mounted there is taken away first.
 */
public final class MountPoint implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(MountPoint.class.getName());

  public static final String TYPE = "fuse.stoker";

  /** Mounts of dead processes may lie over one another; more is no accident. */
  private static final int MAX_STALE = 16;

  /** For how long somebody may still have a file open when it is unmounted. */
  private static final Duration BUSY_PATIENCE = Duration.ofSeconds(3);

  private static final long BUSY_PAUSE_MILLIS = 50;

  private final Path folder;
  private final FuseDevice device;
  private final @Nullable Path helper;

  private MountPoint(Path folder, FuseDevice device, @Nullable Path helper) {
    this.folder = folder;
    this.device = device;
    this.helper = helper;
  }

  /**
   * Mounts over an empty or any other existing folder.
   *
   * @param source what {@code mount} and {@code df} show
   * @param othersToo whether other users may look in; else only who mounted it
   */
  public static MountPoint mount(Path folder, String source, boolean readOnly, boolean othersToo) {
    try {
      clearStale(folder);
      Path real = folder.toRealPath();
      if (!Files.isDirectory(real)) {
        throw new IoFailure.Invalid("Cannot mount at " + folder + ": it is no folder.");
      }
      String options =
          "default_permissions,max_read="
              + Negotiation.MAX_REQUEST_BYTES
              + (othersToo ? ",allow_other" : "");
      if (Mounts.uid() != 0) {
        return byHelper(real, source, readOnly, options);
      }
      FuseDevice device = FuseDevice.open();
      try {
        Mounts.mountFuse(
            device,
            source,
            real,
            TYPE,
            readOnly,
            options + ",rootmode=40000,user_id=" + Mounts.uid() + ",group_id=" + Mounts.gid());
      } catch (PosixException e) {
        device.close();
        throw e;
      }
      return new MountPoint(real, device, null);
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot mount at " + folder + ": " + e.getMessage() + hint(e), e);
    }
  }

  private static MountPoint byHelper(Path folder, String source, boolean readOnly, String options)
      throws PosixException {
    Path helper = helper();
    String all =
        "fsname="
            + source.replace("\\", "\\\\").replace(",", "\\,")
            + ",subtype=stoker,nosuid,nodev,"
            + (readOnly ? "ro," : "")
            + options;
    return new MountPoint(folder, FuseMounter.mount(helper, folder, all), helper);
  }

  private static Path helper() {
    for (String name :
        List.of("/usr/bin/fusermount3", "/bin/fusermount3", "/usr/local/bin/fusermount3")) {
      if (Files.isExecutable(Path.of(name))) {
        return Path.of(name);
      }
    }
    throw new IoFailure.Invalid(
        "Only root mounts without fusermount3, and it is not in /usr/bin; install the package fuse3.");
  }

  private static String hint(IOException e) {
    Errno errno = e instanceof PosixException known ? known.errno() : Errno.OTHER;
    return switch (errno) {
      case ENOENT -> " Load the kernel's module fuse, or make the folder first.";
      case EPERM, EACCES -> " Mounting needs root, or fusermount3 and a folder of your own.";
      default -> "";
    };
  }

  /** Takes away what processes left that are dead by now: every access gives ENOTCONN. */
  private static void clearStale(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath().normalize();
    for (int i = 0; i < MAX_STALE; i++) {
      try {
        var _ = PosixFiles.status(absolute);
        if (MountTable.at(absolute).filter(mount -> mount.type().equals(TYPE)).isPresent()) {
          var _ = PosixFiles.fileSystem(absolute); // attributes may be the kernel's memory
        }
        return;
      } catch (PosixException e) {
        if (e.errno() != Errno.ENOTCONN && e.errno() != Errno.ECONNABORTED) {
          throw e;
        }
      }
      LOG.log(
          System.Logger.Level.INFO,
          "Taking away the mount at {0}: whoever served it is gone.",
          absolute);
      if (Mounts.uid() == 0) {
        Mounts.detach(absolute);
      } else {
        FuseMounter.unmount(helper(), absolute, true);
      }
    }
  }

  /** The channel by which it is served. */
  public FuseDevice device() {
    return device;
  }

  /** Where it is mounted, without symbolic links. */
  public Path folder() {
    return folder;
  }

  /**
   * Says how far ahead of a reader, or around a page fault, the kernel reads at a time. Root only;
   * elsewhere it stays at the kernel's 128 KiB.
   */
  public void readAhead(int kibibytes) {
    try {
      String device = MountTable.at(folder).map(MountTable.Mount::device).orElse("");
      Path file = Path.of("/sys/class/bdi", device, "read_ahead_kb");
      if (!device.isEmpty() && Files.isWritable(file)) {
        Files.writeString(file, Integer.toString(kibibytes));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "Readahead stays as it is: {0}", e.getMessage());
    }
  }

  /** Whether it is still mounted there. */
  public boolean isMounted() {
    try {
      return MountTable.at(folder).filter(mount -> mount.type().equals(TYPE)).isPresent();
    } catch (IOException e) {
      return true;
    }
  }

  /**
   * Unmounts. Who still has files open after a moment is cut off: his reads fail, nothing hangs.
   */
  @Override
  public void close() {
    long end = System.nanoTime() + BUSY_PATIENCE.toNanos();
    try {
      while (isMounted()) {
        if (tryUnmount()) {
          return;
        }
        if (System.nanoTime() > end) {
          LOG.log(
              System.Logger.Level.WARNING,
              "{0} is still in use; it is unmounted all the same, and open files are cut off.",
              folder);
          cutOff();
          return;
        }
        Thread.sleep(BUSY_PAUSE_MILLIS);
      }
    } catch (PosixException e) {
      LOG.log(System.Logger.Level.WARNING, "Cannot unmount {0}: {1}", folder, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean tryUnmount() throws PosixException {
    try {
      if (helper == null) {
        Mounts.unmount(folder);
      } else {
        FuseMounter.unmount(helper, folder, false);
      }
      return true;
    } catch (PosixException e) {
      if (e.errno() == Errno.EBUSY) {
        return false;
      }
      if (e.errno() == Errno.EINVAL) {
        return true; // somebody was faster
      }
      throw e;
    }
  }

  private void cutOff() throws PosixException {
    if (helper == null) {
      Mounts.cutOff(folder);
    } else {
      FuseMounter.unmount(helper, folder, true);
    }
  }
}
