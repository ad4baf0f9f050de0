package dev.stoker.io.posix;

import com.sun.jna.Native;

/**
 * The C library's calls, mapped directly by JNA. Paths are NUL-terminated UTF-8 ({@link CString}),
 * because JNA would encode a String by the locale and a service often runs in none. Addresses are
 * plain {@code long}s.
 */
final class LibC {
  static final int AT_FDCWD = -100;

  private static final boolean ARM64 = System.getProperty("os.arch", "").equals("aarch64");

  // fcntl.h; three of them differ between x86-64 and arm64.
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_TRUNC = 0x200;
  static final int O_CLOEXEC = 0x80000;
  static final int O_DIRECT = ARM64 ? 0x10000 : 0x4000;
  static final int O_DIRECTORY = ARM64 ? 0x4000 : 0x10000;
  static final int O_NOFOLLOW = ARM64 ? 0x8000 : 0x20000;

  static final int LOCK_EX_NB = 2 | 4; // sys/file.h
  static final int FALLOC_FL_KEEP_SIZE = 1; // linux/falloc.h
  static final int FALLOC_FL_PUNCH_HOLE = 2;
  static final long FICLONE = 0x40049409L; // linux/fs.h: _IOW(0x94, 9, int)
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_EMPTY_PATH = 0x1000;
  static final int STATX_BASIC_STATS = 0x7ff;

  static final int MNT_FORCE = 1; // sys/mount.h
  static final int MNT_DETACH = 2;
  static final int AF_UNIX = 1;
  static final int SOCK_STREAM = 1;
  static final int F_SETFD = 2; // fcntl.h
  static final int FD_CLOEXEC = 1;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native long read(int fd, long address, long count);

  static native long write(int fd, long address, long count);

  static native long writev(int fd, long vectors, int count);

  static native int mount(byte[] source, byte[] target, byte[] type, long flags, byte[] data);

  static native int umount2(byte[] target, int flags);

  static native int socketpair(int domain, int type, int protocol, long fds);

  static native long recvmsg(int socket, long message, int flags);

  static native int fcntl(int fd, int command, long argument);

  static native int posix_spawn(
      long pid, byte[] path, long fileActions, long attributes, long arguments, long environment);

  static native int waitpid(int pid, long status, int options);

  static native int getuid();

  static native int getgid();

  static native int openat(int folder, byte[] path, int flags, int mode);

  static native int close(int fd);

  static native long pread(int fd, long address, long count, long offset);

  static native long pwrite(int fd, long address, long count, long offset);

  static native int ftruncate(int fd, long length);

  static native int fdatasync(int fd);

  static native int fallocate(int fd, int mode, long offset, long length);

  static native int flock(int fd, int operation);

  static native int fchmod(int fd, int mode);

  static native int ioctl(int fd, long request, long argument);

  static native long copy_file_range(
      int from, long fromOffset, int to, long toOffset, long count, int flags);

  static native int statx(int folder, byte[] path, int flags, int mask, long buffer);

  static native int fstatvfs(int fd, long buffer);

  static native int statvfs(byte[] path, long buffer);

  static native int linkat(int fromFolder, byte[] from, int toFolder, byte[] to, int flags);

  static native int mkdirat(int folder, byte[] name, int mode);

  static native int unlinkat(int folder, byte[] name, int flags);

  static native int renameat(int fromFolder, byte[] from, int toFolder, byte[] to);
}
