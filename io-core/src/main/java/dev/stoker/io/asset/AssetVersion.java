package dev.stoker.io.asset;

import org.jspecify.annotations.Nullable;

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
  record ETag(String value) implements AssetVersion {
    @Override
    public String token() {
      return "etag:" + value;
    }
  }

  /**
   * What an origin without strong tags offers: the date of its last change and the length.
   *
   * @param lastModified the origin's {@code Last-Modified}, as it was sent
   * @param lengthBytes ≥ 0
   */
  record Modified(String lastModified, long lengthBytes) implements AssetVersion {
    @Override
    public String token() {
      return "modified:" + lastModified + ":" + lengthBytes;
    }
  }

  /**
   * A file on a file system.
   *
   * @param lengthBytes ≥ 0
   * @param modifiedNanos mtime, nanoseconds since 1970
   * @param changedNanos ctime, nanoseconds since 1970
   * @param fileId inode number or NFS fileid
   */
  record FileStamp(long lengthBytes, long modifiedNanos, long changedNanos, long fileId)
      implements AssetVersion {
    @Override
    public String token() {
      return "file:" + lengthBytes + ":" + modifiedNanos + ":" + changedNanos + ":" + fileId;
    }
  }

  /**
   * The origin offers no validator at all: one request reads the whole file, and it is never
   * cached.
   *
   * @param lengthBytes ≥ 0, or -1 where not even the length is known
   */
  record Unversioned(long lengthBytes) implements AssetVersion {
    @Override
    public String token() {
      return "none:" + lengthBytes;
    }
  }

  /**
   * Whatever version the one request meets that reads the file whole: for small files in a listing
   * that tells no versions, where asking for each one's first would double the requests. Each
   * reader has its own. Thread-safe.
   */
  final class AsRead implements AssetVersion {
    private final long lengthBytes;
    private volatile @Nullable AssetInfo met;

    /**
     * @param lengthBytes as the listing tells it, ≥ 1; a file of another length is not read
     */
    public AsRead(long lengthBytes) {
      this.lengthBytes = lengthBytes;
    }

    /** Notes, before the first byte is kept, what the answer says of the file. */
    public void meet(AssetInfo file) {
      met = file;
    }

    /** What the answer said; null while there was none. */
    public @Nullable AssetInfo met() {
      return met;
    }

    @Override
    public String token() {
      return "read:" + lengthBytes;
    }
  }

  /**
   * One line that tells this version from every other of the same asset; stable across releases (it
   * names cache files).
   */
  String token();

  /** Whether bytes of this version may be kept for later readers. */
  default boolean cacheable() {
    return !readWhole();
  }

  /** Whether only one request for the whole file gives bytes that belong together. */
  default boolean readWhole() {
    return this instanceof Unversioned || this instanceof AsRead;
  }
}
