package dev.stoker.io.mount.fuse;

/**
 * What stat(2) shows of a node.
 *
 * @param inode st_ino
 * @param mode type and permissions
 * @param links st_nlink
 * @param lengthBytes st_size
 * @param allocatedBytes what st_blocks is computed from
 * @param modifiedNanos since 1970
 * @param changedNanos since 1970
 * @param accessedNanos since 1970
 * @param validNanos how long the kernel may believe this
 */
public record NodeStatus(
    long inode,
    int mode,
    int links,
    int uid,
    int gid,
    long lengthBytes,
    long allocatedBytes,
    long modifiedNanos,
    long changedNanos,
    long accessedNanos,
    long validNanos) {
  /** S_IFMT and some of its values (stat.h). */
  public static final int TYPE_MASK = 0xF000;

  public static final int TYPE_FOLDER = 0x4000;
  public static final int TYPE_FILE = 0x8000;
  public static final int TYPE_LINK = 0xA000;

  static final NodeStatus NOTHING = new NodeStatus(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
