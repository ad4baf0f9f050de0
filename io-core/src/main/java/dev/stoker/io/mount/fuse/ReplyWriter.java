package dev.stoker.io.mount.fuse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lays answers out as the kernel reads them (linux/fuse.h). Pure. The buffer is the caller's; each
 * method appends at its position.
 */
final class ReplyWriter {
  static final int HEADER_BYTES = 16;
  static final int STATUS_BYTES = 88;
  static final int ENTRY_BYTES = 40 + STATUS_BYTES;
  private static final int ITEM_BYTES = 24;

  /** enum fuse_notify_code. */
  private static final int NOTIFY_STORE = 4;

  private static final int STORE_BYTES = 24;

  private static final long NANOS = 1_000_000_000L;
  private static final int BLOCK_BYTES = 4096;

  private ReplyWriter() {}

  /**
   * struct fuse_out_header.
   *
   * @param error 0, or an errno
   * @param bodyBytes what follows
   */
  static void header(ByteBuffer out, long unique, int error, int bodyBytes) {
    out.putInt(HEADER_BYTES + bodyBytes).putInt(-error).putLong(unique);
  }

  /** A notification and its struct fuse_notify_store_out; {@code bytes} follow. */
  static void store(ByteBuffer out, long node, long offset, int bytes) {
    header(out, 0, -NOTIFY_STORE, STORE_BYTES + bytes);
    out.putLong(node).putLong(offset).putInt(bytes).putInt(0);
  }

  /** struct fuse_entry_out. */
  static void entry(ByteBuffer out, NodeEntry entry) {
    out.putLong(entry.node())
        .putLong(1) // generation: ids are never reused
        .putLong(entry.nameNanos() / NANOS)
        .putLong(entry.statusNanos() / NANOS)
        .putInt((int) (entry.nameNanos() % NANOS))
        .putInt((int) (entry.statusNanos() % NANOS));
    status(out, entry.status());
  }

  /** struct fuse_attr_out. */
  static void timedStatus(ByteBuffer out, NodeStatus status) {
    out.putLong(status.validNanos() / NANOS).putInt((int) (status.validNanos() % NANOS)).putInt(0);
    status(out, status);
  }

  private static void status(ByteBuffer out, NodeStatus status) {
    out.putLong(status.inode())
        .putLong(status.lengthBytes())
        .putLong((status.allocatedBytes() + 511) / 512)
        .putLong(Math.floorDiv(status.accessedNanos(), NANOS))
        .putLong(Math.floorDiv(status.modifiedNanos(), NANOS))
        .putLong(Math.floorDiv(status.changedNanos(), NANOS))
        .putInt((int) Math.floorMod(status.accessedNanos(), NANOS))
        .putInt((int) Math.floorMod(status.modifiedNanos(), NANOS))
        .putInt((int) Math.floorMod(status.changedNanos(), NANOS))
        .putInt(status.mode())
        .putInt(status.links())
        .putInt(status.uid())
        .putInt(status.gid())
        .putInt(0)
        .putInt(BLOCK_BYTES)
        .putInt(0);
  }

  /** struct fuse_open_out. */
  static void opened(ByteBuffer out, long handle, int flags, int backingId) {
    out.putLong(handle).putInt(flags).putInt(backingId);
  }

  /** struct fuse_kstatfs. */
  static void space(ByteBuffer out, TreeSpace space) {
    out.putLong(space.totalBytes() / BLOCK_BYTES)
        .putLong(space.freeBytes() / BLOCK_BYTES)
        .putLong(space.freeBytes() / BLOCK_BYTES)
        .putLong(space.files() + space.freeFiles())
        .putLong(space.freeFiles())
        .putInt(BLOCK_BYTES)
        .putInt(255)
        .putInt(BLOCK_BYTES)
        .putInt(0);
    for (int i = 0; i < 3; i++) {
      out.putLong(0);
    }
  }

  /** struct fuse_getxattr_out: how long a value is. */
  static void attributeBytes(ByteBuffer out, int bytes) {
    out.putInt(bytes).putInt(0);
  }

  /** Names as listxattr(2) gives them. */
  static byte[] names(List<String> names) {
    return names.isEmpty()
        ? new byte[0]
        : (String.join("\0", names) + "\0").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Appends one name of a folder, with its node where {@code plus}.
   *
   * @param next where reading goes on behind it
   * @param entry what is told of it; null tells the name only
   * @return false, and nothing appended, when it does not fit
   */
  static boolean item(
      ByteBuffer out,
      OpenFolder.Item item,
      byte[] name,
      long next,
      boolean plus,
      @Nullable NodeEntry entry) {
    if (itemBytes(name, plus) > out.remaining()) {
      return false;
    }
    if (plus && entry != null) {
      entry(out, entry);
    } else if (plus) {
      for (int i = 0; i < ENTRY_BYTES / 8; i++) {
        out.putLong(0); // node 0: the kernel looks it up when somebody wants it
      }
    }
    out.putLong(item.inode()).putLong(next).putInt(name.length).putInt(item.type() >> 12);
    out.put(name);
    while (out.position() % 8 != 0) {
      out.put((byte) 0);
    }
    return true;
  }

  static int itemBytes(byte[] name, boolean plus) {
    return (plus ? ENTRY_BYTES : 0) + (ITEM_BYTES + name.length + 7) / 8 * 8;
  }

  static ByteBuffer nativeOrder(ByteBuffer buffer) {
    return buffer.order(ByteOrder.nativeOrder());
  }
}
