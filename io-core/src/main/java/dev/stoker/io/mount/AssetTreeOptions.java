package dev.stoker.io.mount;

import java.time.Duration;

/**
 * How assets look and how long their names hold.
 *
 * @param project whose credentials are used; empty for the node's own
 * @param uid owner of all files
 * @param gid group of all files
 * @param fileMode permissions of files, such as 0444
 * @param folderMode permissions of folders, such as 0555
 * @param nameTimeout how long a listing holds: after it, a new version of a file is seen by who
 *     opens it then
 * @param readAheadBytes most that is fetched ahead of one reader
 * @param aheadMemoryBytes most that is on its way ahead of all readers together
 */
public record AssetTreeOptions(
    String project,
    int uid,
    int gid,
    int fileMode,
    int folderMode,
    Duration nameTimeout,
    long readAheadBytes,
    long aheadMemoryBytes) {
  /** As blobfuse2 keeps attributes; its users know what that means. */
  public static final Duration DEFAULT_NAME_TIMEOUT = Duration.ofMinutes(2);

  /** Fills a link of 10 Gbit/s for 50 ms. */
  public static final long DEFAULT_READ_AHEAD_BYTES = 64L << 20;

  /** The caller's own files, readable by all. */
  public static AssetTreeOptions of(int uid, int gid) {
    return new AssetTreeOptions(
        "",
        uid,
        gid,
        0444,
        0555,
        DEFAULT_NAME_TIMEOUT,
        DEFAULT_READ_AHEAD_BYTES,
        DEFAULT_READ_AHEAD_BYTES);
  }
}
