package dev.stoker.io.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What statx(2) says of one file.
 *
 * @param mode type and permission bits, as in stat(2)
 * @param links hard links
 * @param uid owner
 * @param inode number on its device
 * @param device major and minor number in one
 * @param lengthBytes size as read
 * @param allocatedBytes disk that it takes; less than the length where it has holes
 * @param modifiedNanos mtime, nanoseconds since 1970
 * @param changedNanos ctime, nanoseconds since 1970
 */
public record FileStatus(
    int mode,
    int links,
    int uid,
    long inode,
    long device,
    long lengthBytes,
    long allocatedBytes,
    long modifiedNanos,
    long changedNanos) {

  /** sizeof(struct statx), linux/stat.h. */
  static final int STRUCT_BYTES = 256;

  private static final int TYPE_MASK = 0xF000;
  private static final int TYPE_FOLDER = 0x4000;
  private static final int TYPE_FILE = 0x8000;

  public boolean isFolder() {
    return (mode & TYPE_MASK) == TYPE_FOLDER;
  }

  public boolean isFile() {
    return (mode & TYPE_MASK) == TYPE_FILE;
  }

  /** Reads struct statx, whose layout is the same on every architecture. */
  static FileStatus of(ByteBuffer statx) {
    ByteBuffer s = statx.duplicate().order(ByteOrder.nativeOrder());
    return new FileStatus(
        Short.toUnsignedInt(s.getShort(28)),
        s.getInt(16),
        s.getInt(20),
        s.getLong(32),
        Integer.toUnsignedLong(s.getInt(136)) << 32 | Integer.toUnsignedLong(s.getInt(140)),
        s.getLong(40),
        s.getLong(48) * 512,
        nanos(s, 112),
        nanos(s, 96));
  }

  private static long nanos(ByteBuffer statx, int at) {
    return statx.getLong(at) * 1_000_000_000L + statx.getInt(at + 8);
  }
}
