package dev.stoker.io.posix;

/**
 * The calls of {@code splice.c}. Each returns a negative errno when it fails. Descriptors are the
 * caller's to keep open. Only where the {@link JniLibrary} is there.
 */
final class SpliceCalls {
  private SpliceCalls() {}

  /** A pipe's read end, and 2³² times its write end. */
  static native long pipe(int bytes);

  /**
   * @param address of the path, NUL-terminated
   */
  static native long open(long address);

  static native long allocate(int file, long count);

  static native long fill(int socket, int pipe, long count);

  static native long empty(int pipe, int file, long offset, long count);

  static native void close(int descriptor);
}
