package dev.stoker.io.posix;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An open folder, so that what is done below it cannot be led elsewhere by a symbolic link that
 * somebody slips into the path. Names are single segments in UTF-8, whatever the locale.
 *
 * <p>Thread-safe, but for {@link #close}.
 */
public final class FolderHandle implements AutoCloseable {
  private final int fd;
  private final String path;
  private boolean closed;

  private FolderHandle(int fd, String path) {
    this.fd = fd;
    this.path = path;
  }

  /** Opens the folder {@code path}, which may itself be reached through links. */
  public static FolderHandle open(Path path) throws PosixException {
    return open(LibC.AT_FDCWD, path.toString(), path.toString(), 0);
  }

  /** Opens the folder {@code name} in this one; a symbolic link of that name is refused. */
  public FolderHandle child(String name) throws PosixException {
    return open(fd, name, path + "/" + name, LibC.O_NOFOLLOW);
  }

  /**
   * Opens the folder {@code name}, making it where there is none.
   *
   * @param mode permission bits of a folder that this makes, whatever the umask
   */
  public FolderHandle makeChild(String name, int mode) throws PosixException {
    boolean made = LibC.mkdirat(fd, CString.of(name), mode) == 0;
    if (!made) {
      PosixException failure = FileHandle.failure("mkdir", path + "/" + name);
      if (failure.errno() != Errno.EEXIST) {
        throw failure;
      }
    }
    FolderHandle child = child(name);
    if (made && LibC.fchmod(child.fd, mode) != 0) {
      child.close();
      throw FileHandle.failure("chmod", child.path);
    }
    return child;
  }

  /** Opens the file {@code name} in this folder; never follows a link. */
  public FileHandle file(String name, int mode, OpenFlag... flags) throws PosixException {
    OpenFlag[] all = Arrays.copyOf(flags, flags.length + 1);
    all[flags.length] = OpenFlag.NO_FOLLOW;
    return FileHandle.openAt(fd, name, path + "/" + name, mode, all);
  }

  /** Gives the file at {@code source} a second name in this folder. */
  public void link(Path source, String name) throws PosixException {
    if (LibC.linkat(LibC.AT_FDCWD, CString.of(source.toString()), fd, CString.of(name), 0) != 0) {
      throw FileHandle.failure("link", path + "/" + name);
    }
  }

  /** Removes the file {@code name}; there being none is no failure. */
  public void removeFile(String name) throws PosixException {
    remove(name, 0);
  }

  /** Removes the empty folder {@code name}; there being none is no failure. */
  public void removeFolder(String name) throws PosixException {
    remove(name, LibC.AT_REMOVEDIR);
  }

  /** What {@code name} is, without following a link. */
  public FileStatus status(String name) throws PosixException {
    return status(fd, name, LibC.AT_SYMLINK_NOFOLLOW, path + "/" + name);
  }

  public FileStatus status() throws PosixException {
    return status(fd, "", LibC.AT_EMPTY_PATH, path);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      LibC.close(fd);
    }
  }

  @Override
  public String toString() {
    return path;
  }

  static FileStatus status(int folder, String name, int flags, String path) throws PosixException {
    ByteBuffer statx = ByteBuffer.allocateDirect(FileStatus.STRUCT_BYTES);
    long address = MemorySegment.ofBuffer(statx).address();
    try {
      if (LibC.statx(folder, CString.of(name), flags, LibC.STATX_BASIC_STATS, address) != 0) {
        throw FileHandle.failure("stat", path);
      }
      return FileStatus.of(statx);
    } finally {
      Reference.reachabilityFence(statx);
    }
  }

  private static FolderHandle open(int at, String name, String path, int flags)
      throws PosixException {
    int fd =
        LibC.openat(
            at, CString.of(name), LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_CLOEXEC | flags, 0);
    if (fd < 0) {
      throw FileHandle.failure("open", path);
    }
    return new FolderHandle(fd, path);
  }

  private void remove(String name, int flags) throws PosixException {
    if (LibC.unlinkat(fd, CString.of(name), flags) != 0) {
      PosixException failure = FileHandle.failure("remove", path + "/" + name);
      if (failure.errno() != Errno.ENOENT) {
        throw failure;
      }
    }
  }
}
