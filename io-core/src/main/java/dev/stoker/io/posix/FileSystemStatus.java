package dev.stoker.io.posix;

/**
 * What statvfs(3) says of a file system.
 *
 * @param totalBytes its size
 * @param availableBytes free for us
 * @param availableInodes files that may still be made
 * @param readOnly whether it is mounted read-only
 */
public record FileSystemStatus(
    long totalBytes, long availableBytes, long availableInodes, boolean readOnly) {}
