package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.net.XdrReader;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of a file (fattr3, RFC 1813 §2.5), as much as we use.
 *
 * @param type one of the constants here
 * @param modifiedNanos mtime, nanoseconds since 1970
 * @param changedNanos ctime, nanoseconds since 1970
 */
record NfsAttributes(
    int type, int mode, long lengthBytes, long fileId, long modifiedNanos, long changedNanos) {
  static final int FILE = 1;
  static final int FOLDER = 2;
  static final int LINK = 5;

  /** Encoded length. */
  static final int BYTES = 84;

  static NfsAttributes read(XdrReader in) {
    int type = in.getInt();
    int mode = in.getInt();
    in.skip(12); // links, uid, gid
    long length = in.getLong();
    in.skip(24); // used, rdev, fsid
    long fileId = in.getLong();
    in.skip(8); // atime
    long modified = nanos(in);
    long changed = nanos(in);
    if (length < 0) {
      length = Long.MAX_VALUE; // more than anybody can read
    }
    return new NfsAttributes(type, mode, length, fileId, modified, changed);
  }

  /** post_op_attr: null where the server did not care to send them. */
  static @Nullable NfsAttributes readOptional(XdrReader in) {
    return in.getBoolean() ? read(in) : null;
  }

  /** wcc_data: the attributes behind a change, those before it left aside. */
  static @Nullable NfsAttributes readAfterChange(XdrReader in) {
    if (in.getBoolean()) {
      in.skip(24);
    }
    return readOptional(in);
  }

  private static long nanos(XdrReader in) {
    long seconds = in.getInt() & 0xffff_ffffL;
    return seconds * 1_000_000_000L + (in.getInt() & 0xffff_ffffL);
  }

  boolean isFile() {
    return type == FILE;
  }

  boolean isFolder() {
    return type == FOLDER;
  }

  boolean isLink() {
    return type == LINK;
  }

  AssetVersion.FileStamp stamp() {
    return new AssetVersion.FileStamp(lengthBytes, modifiedNanos, changedNanos, fileId);
  }

  AssetInfo info(AssetPath path) {
    return new AssetInfo(path, stamp(), lengthBytes, modified(), null);
  }

  Instant modified() {
    return Instant.ofEpochSecond(
        Math.floorDiv(modifiedNanos, 1_000_000_000L), Math.floorMod(modifiedNanos, 1_000_000_000L));
  }

  /** Whether this is the content that {@code pinned} names, were it not for its ctime. */
  boolean hasContentOf(AssetVersion.FileStamp pinned) {
    return isFile()
        && fileId == pinned.fileId()
        && lengthBytes == pinned.lengthBytes()
        && modifiedNanos == pinned.modifiedNanos();
  }
}
