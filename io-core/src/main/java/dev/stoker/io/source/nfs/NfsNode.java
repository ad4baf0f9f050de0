package dev.stoker.io.source.nfs;

/**
 * A file or folder as one lookup found it.
 *
 * @param branch where its handle is valid
 */
record NfsNode(Branch branch, NfsHandle handle, NfsAttributes attributes) {}
