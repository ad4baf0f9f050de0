package dev.stoker.io.mount.fuse;

import dev.stoker.io.posix.Errno;

/** What a system call ends with. Thrown often and never looked into: it has no stack. */
@SuppressWarnings("StaticAssignmentOfThrowable") // they have no stack that could mislead
public final class TreeFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public static final TreeFailure NO_ENTRY = new TreeFailure(Errno.ENOENT);
  public static final TreeFailure NOT_A_FOLDER = new TreeFailure(Errno.ENOTDIR);
  public static final TreeFailure IS_A_FOLDER = new TreeFailure(Errno.EISDIR);
  public static final TreeFailure READ_ONLY = new TreeFailure(Errno.EROFS);
  public static final TreeFailure INVALID = new TreeFailure(Errno.EINVAL);
  public static final TreeFailure UNSUPPORTED = new TreeFailure(Errno.EOPNOTSUPP);
  public static final TreeFailure STALE = new TreeFailure(Errno.ESTALE);

  private final transient Errno errno;

  public TreeFailure(Errno errno) {
    super(errno.name(), null, false, false);
    this.errno = errno;
  }

  public Errno errno() {
    return errno;
  }
}
