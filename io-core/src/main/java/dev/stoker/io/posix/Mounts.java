package dev.stoker.io.posix;

import java.nio.file.Path;

/** mount(2) and umount2(2) for file systems in user space. */
public final class Mounts {
  private static final long MS_RDONLY = 1; // sys/mount.h
  private static final long MS_NOSUID = 2;
  private static final long MS_NODEV = 4;

  private Mounts() {}

  /**
   * Mounts a file system that {@code device} serves; needs CAP_SYS_ADMIN.
   *
   * @param source what {@code mount} and {@code df} show
   * @param type such as {@code fuse.stoker}
   * @param options comma-separated, without {@code fd}
   */
  public static void mountFuse(
      FuseDevice device, String source, Path folder, String type, boolean readOnly, String options)
      throws PosixException {
    long flags = MS_NOSUID | MS_NODEV | (readOnly ? MS_RDONLY : 0);
    String data = "fd=" + device.number() + "," + options;
    if (LibC.mount(
            CString.of(source),
            CString.of(folder.toString()),
            CString.of(type),
            flags,
            CString.of(data))
        != 0) {
      throw FileHandle.failure("mount", folder.toString());
    }
  }

  /**
   * Unmounts.
   *
   * @throws PosixException with EBUSY while somebody has a file open or stands in a folder
   */
  public static void unmount(Path folder) throws PosixException {
    unmount(folder, 0);
  }

  /** Takes the mount away at once; who has files open keeps them. */
  public static void detach(Path folder) throws PosixException {
    unmount(folder, LibC.MNT_DETACH);
  }

  /** Takes the mount away and fails everything that is under way or open. */
  public static void cutOff(Path folder) throws PosixException {
    unmount(folder, LibC.MNT_FORCE | LibC.MNT_DETACH);
  }

  private static void unmount(Path folder, int flags) throws PosixException {
    if (LibC.umount2(CString.of(folder.toString()), flags) != 0) {
      throw FileHandle.failure("unmount", folder.toString());
    }
  }

  /** The user that this process acts as. */
  public static int uid() {
    return LibC.getuid();
  }

  /** And its group. */
  public static int gid() {
    return LibC.getgid();
  }
}
