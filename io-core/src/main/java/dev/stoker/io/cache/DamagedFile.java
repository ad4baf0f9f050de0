package dev.stoker.io.cache;

/**
 * A cached file that the kernel gave to somebody past our checksums, and that was found not to hold
 * what its origin sent.
 *
 * @param identity which version of which asset
 * @param device where its data lies
 * @param inode its number there, the same for every link to it
 * @param sentence what was found, for the attempts that may have read it
 */
public record DamagedFile(String identity, long device, long inode, String sentence) {}
