package dev.stoker.io.mount;

/**
 * One location of one session.
 *
 * @param number tells its nodes from those of other trees of the mount; never reused
 */
record SessionBranch(long number, AssetTree tree) {}
