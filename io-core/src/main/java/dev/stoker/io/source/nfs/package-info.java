/**
 * NFS version 3 in user space (RFC 1813), over every address of a cluster at once. One door for
 * readers, {@link dev.stoker.io.source.nfs.NfsSource}, and one for writers, {@link
 * dev.stoker.io.source.nfs.NfsTree}; both get their connections from {@link
 * dev.stoker.io.source.nfs.NfsServers}.
 *
 * <p>A file's version is its fileid, size, mtime and ctime; bytes are of the pinned version when
 * the attributes that come with each of them say so. Nothing waits longer than its deadline, or
 * than the configured time for a server that says nothing at all.
 */
@NullMarked
package dev.stoker.io.source.nfs;

import org.jspecify.annotations.NullMarked;
