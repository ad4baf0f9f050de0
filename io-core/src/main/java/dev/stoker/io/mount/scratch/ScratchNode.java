package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.mount.fuse.NodeStatus;
import dev.stoker.io.sync.FileLook;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel knows by a number. The number is st_ino as well: a path's hash would give a file
 * the number of another that was renamed away.
 */
abstract sealed class ScratchNode permits ScratchNode.Folder, ScratchNode.Link, ScratchFile {
  /** Bits that let who runs a file act as its owner. */
  static final int SET_ID_BITS = 06000;

  private static final int MODE_BITS = 07777;

  final long id;

  // Guarded by the lock of Namespace: the next three.
  @Nullable Folder parent;
  String name;
  long uses;

  volatile int mode;
  volatile int uid;
  volatile int gid;
  volatile long modifiedNanos;
  volatile long changedNanos;
  volatile long accessedNanos;

  ScratchNode(long id, String name, FileLook look, long modifiedNanos) {
    this.id = id;
    this.name = name;
    this.mode = look.mode() & MODE_BITS;
    this.uid = look.uid();
    this.gid = look.gid();
    this.modifiedNanos = modifiedNanos;
    this.changedNanos = modifiedNanos;
    this.accessedNanos = modifiedNanos;
  }

  FileLook look() {
    return new FileLook(mode, uid, gid);
  }

  void setLook(FileLook look) {
    mode = look.mode() & MODE_BITS;
    uid = look.uid();
    gid = look.gid();
  }

  /** Its content changed just now. */
  void touch() {
    long now = nowNanos();
    modifiedNanos = now;
    changedNanos = now;
  }

  static long nowNanos() {
    java.time.Instant now = java.time.Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  abstract int type();

  abstract long lengthBytes();

  long allocatedBytes() {
    return lengthBytes();
  }

  abstract int links();

  NodeStatus status(long validNanos) {
    return new NodeStatus(
        id,
        type() | mode,
        links(),
        uid,
        gid,
        lengthBytes(),
        allocatedBytes(),
        modifiedNanos,
        changedNanos,
        accessedNanos,
        validNanos);
  }

  /** A folder: what the origin's last listing had, and what was made here. */
  static final class Folder extends ScratchNode {
    /** Held while the origin is asked, so that it is asked once. */
    final ReentrantLock listing = new ReentrantLock();

    // Guarded by the lock of Namespace: all below.
    final Map<String, ScratchNode> children = new HashMap<>();

    /** When the listing that is known was asked for; null before the first. */
    @Nullable Long listedNanos;

    /**
     * Names that changed here since a listing was asked for, of which it may tell what was before;
     * null when none is.
     */
    @Nullable Set<String> changedNames;

    /** Whether it is being renamed: what lies in it is not stored meanwhile. */
    boolean moving;

    Folder(long id, String name, FileLook look, long modifiedNanos) {
      super(id, name, look, modifiedNanos);
    }

    @Override
    int type() {
      return NodeStatus.TYPE_FOLDER;
    }

    @Override
    long lengthBytes() {
      return 4096;
    }

    @Override
    int links() {
      return 2;
    }
  }

  /** A symbolic link. */
  static final class Link extends ScratchNode {
    final String target;
    volatile AssetVersion version;

    Link(long id, String name, FileLook look, long modifiedNanos, String target, AssetVersion v) {
      super(id, name, look, modifiedNanos);
      this.target = target;
      this.version = v;
    }

    @Override
    int type() {
      return NodeStatus.TYPE_LINK;
    }

    @Override
    long lengthBytes() {
      return target.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }

    @Override
    int links() {
      return 1;
    }
  }
}
