package dev.stoker.io.posix;

/** Error numbers that callers decide by (errno.h; the same on x86-64 and arm64). */
public enum Errno {
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or folder"),
  EINTR(4, "interrupted"),
  EIO(5, "input/output error"),
  ENXIO(6, "no such device"),
  EBADF(9, "the file is closed"),
  EAGAIN(11, "somebody else holds it"),
  ENOMEM(12, "out of memory"),
  EACCES(13, "permission denied"),
  EEXIST(17, "it exists already"),
  EBUSY(16, "in use"),
  EXDEV(18, "on another file system"),
  ENODEV(19, "no such device"),
  ENOTDIR(20, "not a folder"),
  EISDIR(21, "it is a folder"),
  EINVAL(22, "invalid argument"),
  ENFILE(23, "the machine has too many open files"),
  EMFILE(24, "this process has too many open files"),
  ENOTTY(25, "not supported here"),
  EFBIG(27, "file too large"),
  ENOSPC(28, "no space left on the device"),
  EROFS(30, "the file system is read-only"),
  EMLINK(31, "too many links"),
  ERANGE(34, "the buffer is too small"),
  ENAMETOOLONG(36, "name too long"),
  ENOSYS(38, "not supported by this kernel"),
  ENOTEMPTY(39, "the folder is not empty"),
  ELOOP(40, "a symbolic link"),
  ENODATA(61, "there is none"),
  EILSEQ(84, "not UTF-8"),
  EOPNOTSUPP(95, "not supported here"),
  ECONNABORTED(103, "the connection was cut"),
  ENOTCONN(107, "nobody serves it any more"),
  ETIMEDOUT(110, "it took too long"),
  ESTALE(116, "stale file handle"),
  EUCLEAN(117, "the file system is damaged"),
  EDQUOT(122, "disk quota exceeded"),
  /** Any number not listed above. */
  OTHER(-1, "unexpected error");

  private final int number;
  private final String meaning;

  Errno(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** As errno.h has it; -1 for {@link #OTHER}. */
  public int number() {
    return number;
  }

  static Errno of(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno;
      }
    }
    return OTHER;
  }

  String meaning() {
    return meaning;
  }
}
