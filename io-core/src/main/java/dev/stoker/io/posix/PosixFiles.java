package dev.stoker.io.posix;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Calls on a path, where the JDK's own say too little about a failure. */
public final class PosixFiles {
  private PosixFiles() {}

  /** What {@code path} is, without following a link. */
  public static FileStatus status(Path path) throws PosixException {
    return FolderHandle.status(
        LibC.AT_FDCWD, path.toString(), LibC.AT_SYMLINK_NOFOLLOW, path.toString());
  }

  /** What statvfs(3) says; unlike a file's attributes, no kernel answers it from what it knows. */
  public static FileSystemStatus fileSystem(Path path) throws PosixException {
    ByteBuffer s = ByteBuffer.allocateDirect(FileSystemStatus.STRUCT_BYTES);
    try {
      if (LibC.statvfs(CString.of(path.toString()), MemorySegment.ofBuffer(s).address()) != 0) {
        throw FileHandle.failure("statvfs", path.toString());
      }
    } finally {
      Reference.reachabilityFence(s);
    }
    return FileSystemStatus.of(s);
  }

  /** Removes a file's name; there being none is no failure. */
  public static void remove(Path path) throws PosixException {
    if (LibC.unlinkat(LibC.AT_FDCWD, CString.of(path.toString()), 0) != 0) {
      PosixException failure = FileHandle.failure("remove", path.toString());
      if (failure.errno() != Errno.ENOENT) {
        throw failure;
      }
    }
  }

  /** Renames on one file system, replacing what {@code to} named. */
  public static void rename(Path from, Path to) throws PosixException {
    if (LibC.renameat(
            LibC.AT_FDCWD, CString.of(from.toString()), LibC.AT_FDCWD, CString.of(to.toString()))
        != 0) {
      throw FileHandle.failure("rename", from.toString());
    }
  }
}
