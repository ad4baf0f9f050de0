package dev.stoker.io.asset;

/**
 * Which content of an asset is meant. Two equal versions of one asset have equal bytes; that is all
 * a reader may rely on.
 */
public sealed interface AssetVersion {

  /**
   * A strong entity tag, quotes included (RFC 9110 §8.8.3).
   *
   * @param value as the origin sent it
   */
  record ETag(String value) implements AssetVersion {}

  /**
   * What an origin without strong tags offers: the date of its last change and the length.
   *
   * @param lastModified the origin's {@code Last-Modified}, as it was sent
   * @param lengthBytes ≥ 0
   */
  record Modified(String lastModified, long lengthBytes) implements AssetVersion {}

  /**
   * A file on a file system.
   *
   * @param lengthBytes ≥ 0
   * @param modifiedNanos mtime, nanoseconds since 1970
   * @param changedNanos ctime, nanoseconds since 1970
   * @param fileId inode number or NFS fileid
   */
  record FileStamp(long lengthBytes, long modifiedNanos, long changedNanos, long fileId)
      implements AssetVersion {}

  /**
   * The origin offers no validator at all: one request reads the whole file, and it is never
   * cached.
   *
   * @param lengthBytes ≥ 0, or -1 where not even the length is known
   */
  record Unversioned(long lengthBytes) implements AssetVersion {}

  /**
   * One line that tells this version from every other of the same asset; stable across releases (it
   * names cache files).
   */
  default String token() {
    return switch (this) {
      case ETag(String value) -> "etag:" + value;
      case Modified(String date, long length) -> "modified:" + date + ":" + length;
      case FileStamp(long length, long mtime, long ctime, long id) ->
          "file:" + length + ":" + mtime + ":" + ctime + ":" + id;
      case Unversioned(long length) -> "none:" + length;
    };
  }

  /** Whether bytes of this version may be kept for later readers. */
  default boolean cacheable() {
    return !(this instanceof Unversioned);
  }
}
