package dev.stoker.io.posix;

import com.sun.jna.Native;

/** The C library's calls for {@link FolderWatch}, mapped directly by JNA (inotify(7), poll(2)). */
final class InotifyCalls {
  // sys/inotify.h
  static final int IN_NONBLOCK = 0x800;
  static final int IN_CLOEXEC = 0x80000;
  static final int IN_CLOSE_WRITE = 0x8;
  static final int IN_MOVED_TO = 0x80;
  static final int IN_CREATE = 0x100;
  static final int IN_IGNORED = 0x8000;
  static final int IN_ONLYDIR = 0x1000000;
  static final int IN_DONT_FOLLOW = 0x2000000;
  static final int IN_EXCL_UNLINK = 0x4000000;
  static final int IN_ISDIR = 0x40000000;

  /** {@code struct inotify_event} without its name. */
  static final int EVENT_BYTES = 16;

  static final short POLLIN = 1; // poll.h
  static final int POLLFD_BYTES = 8;

  static {
    Native.register(InotifyCalls.class, "c");
  }

  private InotifyCalls() {}

  static native int inotify_init1(int flags);

  static native int inotify_add_watch(int fd, byte[] path, int mask);

  static native int poll(long fds, long count, int timeoutMillis);

  static native long read(int fd, long address, long count);
}
