package dev.stoker.io.posix;

import java.io.IOException;

/** A system call that failed; the message names the call, the path and the reason. */
public final class PosixException extends IOException {
  private final Errno errno;

  PosixException(String call, String path, int number) {
    this(call, path, Errno.of(number), number);
  }

  private PosixException(String call, String path, Errno errno, int number) {
    super(
        call
            + " of "
            + path
            + " failed: "
            + errno.meaning()
            + " ("
            + (errno == Errno.OTHER ? "errno " + number : errno.name())
            + ").");
    this.errno = errno;
  }

  public Errno errno() {
    return errno;
  }
}
