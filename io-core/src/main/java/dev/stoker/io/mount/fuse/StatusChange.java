package dev.stoker.io.mount.fuse;

import org.jspecify.annotations.Nullable;

/**
 * What chmod, chown, truncate and utimensat change; null where it stays.
 *
 * @param file the open file that ftruncate(2) was called on
 * @param accessedNanos since 1970, or {@link #NOW}
 * @param modifiedNanos since 1970, or {@link #NOW}
 */
public record StatusChange(
    @Nullable Integer mode,
    @Nullable Integer uid,
    @Nullable Integer gid,
    @Nullable Long lengthBytes,
    @Nullable Long accessedNanos,
    @Nullable Long modifiedNanos,
    @Nullable OpenFile file) {
  /** The moment of the call. */
  public static final long NOW = Long.MIN_VALUE;
}
