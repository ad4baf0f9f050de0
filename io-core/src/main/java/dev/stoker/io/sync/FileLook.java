package dev.stoker.io.sync;

/**
 * Who may do what with a file, where a destination keeps such things.
 *
 * @param mode permission bits, such as 0644
 * @param uid owner
 * @param gid group
 */
public record FileLook(int mode, int uid, int gid) {}
