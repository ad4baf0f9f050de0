package dev.stoker.io.mount.scratch;

import dev.stoker.io.mount.fuse.StatusChange;
import dev.stoker.io.sync.FileLook;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What chmod, chown and utimensat change of a node; null where it stays.
 *
 * @param accessedNanos kept in memory alone, here and at every origin
 */
record LookChange(
    @Nullable Integer mode,
    @Nullable Integer uid,
    @Nullable Integer gid,
    @Nullable Long accessedNanos,
    @Nullable Long modifiedNanos) {

  /** Null where it changes nothing of these. */
  static @Nullable LookChange of(ScratchNode node, StatusChange change) {
    Integer mode = change.mode();
    boolean chown = change.uid() != null || change.gid() != null;
    if (chown && mode == null && node instanceof ScratchFile) {
      mode = node.mode & ~ScratchNode.SET_ID_BITS; // the kernel leaves that to us
    }
    Long accessed = time(change.accessedNanos());
    Long modified = time(change.modifiedNanos());
    return mode == null && !chown && accessed == null && modified == null
        ? null
        : new LookChange(mode, change.uid(), change.gid(), accessed, modified);
  }

  private static @Nullable Long time(@Nullable Long nanos) {
    return nanos == null || nanos != StatusChange.NOW ? nanos : (Long) ScratchNode.nowNanos();
  }

  boolean concernsOrigin() {
    return mode != null || uid != null || gid != null || modifiedNanos != null;
  }

  /** Mode and owner as they will be; null where they stay. */
  @Nullable FileLook newLook(ScratchNode node) {
    return mode == null && uid == null && gid == null
        ? null
        : new FileLook(
            mode == null ? node.mode : mode & 07777,
            uid == null ? node.uid : uid,
            gid == null ? node.gid : gid);
  }

  @Nullable Instant modified() {
    return modifiedNanos == null ? null : Instant.ofEpochSecond(0, modifiedNanos);
  }

  void apply(ScratchNode node) {
    FileLook look = newLook(node);
    if (look != null) {
      node.setLook(look);
    }
    if (accessedNanos != null) {
      node.accessedNanos = accessedNanos;
    }
    if (modifiedNanos != null) {
      node.modifiedNanos = modifiedNanos;
    }
    node.changedNanos = ScratchNode.nowNanos();
  }
}
