package dev.stoker.io.posix;

/**
 * The calls of {@code store.c}. Each returns 0, or a negative errno when it fails; texts and bytes
 * are given by their addresses, texts NUL-terminated. Only where the {@link JniLibrary} is there.
 */
final class StoreCalls {
  private StoreCalls() {}

  static native long store(
      long path,
      long data,
      long count,
      long name,
      long value,
      long valueBytes,
      long seconds,
      long nanos);

  static native long rename(long from, long to);
}
