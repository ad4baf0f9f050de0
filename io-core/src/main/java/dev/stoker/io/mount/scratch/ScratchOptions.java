package dev.stoker.io.mount.scratch;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a tree that is written to behaves.
 *
 * @param project whose credentials are used; empty for the node's own
 * @param uid owner of what the origin keeps no owner of
 * @param gid group of the same
 * @param fileMode permissions of the same
 * @param folderMode permissions of the same
 * @param nameTimeout how long a listing holds
 * @param spoolFolder where spools lie, one for each tree
 * @param spoolBytes the spool's ceiling
 * @param writeBack how long after its last close a file is stored; zero: close waits until it is
 * @param timeout how long a call waits for the origin; for content, longer by its length
 * @param unmountTimeout how long unmounting waits for what is not stored yet
 */
public record ScratchOptions(
    String project,
    int uid,
    int gid,
    int fileMode,
    int folderMode,
    Duration nameTimeout,
    Path spoolFolder,
    long spoolBytes,
    Duration writeBack,
    Duration timeout,
    Duration unmountTimeout) {
  /** Long enough for an archive that unpacks, touches and renames; short enough to forget it. */
  public static final Duration DEFAULT_WRITE_BACK = Duration.ofSeconds(1);

  public static final long DEFAULT_SPOOL_BYTES = 16L << 30;

  /** 16 GiB at 60 MB/s. */
  public static final Duration DEFAULT_UNMOUNT_TIMEOUT = Duration.ofMinutes(5);

  /** The slowest link that content is waited for: 8 Mbit/s. */
  private static final long SLOWEST_BYTES_PER_SECOND = 1 << 20;

  /** How long so many bytes may take to or from the origin. */
  Duration patience(long bytes) {
    return timeout.plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
  }
}
