package dev.stoker.io.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What statvfs(3) says of a file system.
 *
 * @param totalBytes its size
 * @param availableBytes free for us
 * @param availableInodes files that may still be made
 * @param readOnly whether it is mounted read-only
 */
public record FileSystemStatus(
    long totalBytes, long availableBytes, long availableInodes, boolean readOnly) {
  /** More than sizeof(struct statvfs), sys/statvfs.h. */
  static final int STRUCT_BYTES = 256;

  /** Reads struct statvfs as it is on 64-bit machines. */
  static FileSystemStatus of(ByteBuffer statvfs) {
    ByteBuffer s = statvfs.duplicate().order(ByteOrder.nativeOrder());
    long fragment = s.getLong(8);
    return new FileSystemStatus(
        s.getLong(16) * fragment,
        s.getLong(32) * fragment,
        s.getLong(56),
        (s.getLong(72) & 1) != 0);
  }
}
