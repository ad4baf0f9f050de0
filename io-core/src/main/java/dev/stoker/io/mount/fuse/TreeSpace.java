package dev.stoker.io.mount.fuse;

/**
 * What df shows.
 *
 * @param totalBytes its size
 * @param freeBytes of it
 * @param files that there are
 * @param freeFiles that may still be made
 */
public record TreeSpace(long totalBytes, long freeBytes, long files, long freeFiles) {}
