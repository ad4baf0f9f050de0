package dev.stoker.io.daemon;

import dev.stoker.io.mount.AssetTreeOptions;
import dev.stoker.io.mount.scratch.ScratchOptions;
import org.jspecify.annotations.Nullable;

/**
 * A tree to be mounted.
 *
 * @param project whose credentials are used; empty for the node's own
 * @param uri the tree
 * @param folder absolute path of an existing folder
 * @param stays whether it stays mounted when the asking process has ended
 * @param othersToo whether other users may look in
 * @param uid owner of all files
 * @param gid group of all files
 * @param fileMode permissions of files
 * @param folderMode permissions of folders
 * @param nameTimeoutMillis how long a listing holds
 * @param readAheadBytes most that is fetched ahead of one reader
 * @param kernelReadAheadKibibytes what the kernel reads at a time, around page faults too
 * @param timeoutMillis how long a read or lookup may wait for the origin
 * @param channels threads that take requests; 0 for as many as suit the machine
 * @param passthrough whether the kernel may read complete files itself
 * @param scratch how it is written to; null for a tree that is only read
 */
public record MountRequest(
    String project,
    String uri,
    String folder,
    boolean stays,
    boolean othersToo,
    int uid,
    int gid,
    int fileMode,
    int folderMode,
    long nameTimeoutMillis,
    long readAheadBytes,
    int kernelReadAheadKibibytes,
    long timeoutMillis,
    int channels,
    boolean passthrough,
    @Nullable Scratch scratch) {

  /**
   * How a tree is written to.
   *
   * @param spoolFolder absolute path of the folder for spools; null for the node's own
   * @param spoolBytes the spool's ceiling
   * @param writeBackMillis how long after its last close a file is stored; 0: close waits for it
   * @param unmountMillis how long unmounting waits for what is not stored yet
   */
  public record Scratch(
      @Nullable String spoolFolder, long spoolBytes, long writeBackMillis, long unmountMillis) {
    /** What a person wants who names nothing else. */
    public static Scratch defaults() {
      return new Scratch(
          null,
          ScratchOptions.DEFAULT_SPOOL_BYTES,
          ScratchOptions.DEFAULT_WRITE_BACK.toMillis(),
          ScratchOptions.DEFAULT_UNMOUNT_TIMEOUT.toMillis());
    }
  }

  /**
   * The kernel's own default, as page faults fetch that much around them: an object linked out of a
   * 182 MB library touches 7.7 MB of it at 128 KiB, 54 MB at 1 MiB. We read further ahead
   * ourselves.
   */
  public static final int DEFAULT_KERNEL_READ_AHEAD_KIBIBYTES = 128;

  private static final int OWNER_WRITES = 0200;

  /** Longer than an origin's hiccup with its retries, shorter than a wrangler's patience. */
  public static final long DEFAULT_TIMEOUT_MILLIS = 60_000;

  /** A tree as a person wants it who names nothing but the tree and the folder. */
  public static MountRequest of(String uri, String folder, int uid, int gid) {
    return new MountRequest(
        "",
        uri,
        folder,
        false,
        false,
        uid,
        gid,
        0444,
        0555,
        AssetTreeOptions.DEFAULT_NAME_TIMEOUT.toMillis(),
        AssetTreeOptions.DEFAULT_READ_AHEAD_BYTES,
        DEFAULT_KERNEL_READ_AHEAD_KIBIBYTES,
        DEFAULT_TIMEOUT_MILLIS,
        0,
        true,
        null);
  }

  /** The same, to be written to. */
  public MountRequest writable(Scratch how) {
    return new MountRequest(
        project,
        uri,
        folder,
        stays,
        othersToo,
        uid,
        gid,
        fileMode | OWNER_WRITES,
        folderMode | OWNER_WRITES,
        nameTimeoutMillis,
        readAheadBytes,
        kernelReadAheadKibibytes,
        timeoutMillis,
        channels,
        false, // the kernel would read past what is being written
        how);
  }
}
