/**
 * Local files and every kernel mount (NFS, Avere, BeeGFS, Lustre, blobfuse). A file's version is
 * its size, mtime, ctime and inode; bytes are of the pinned version when these are the same before
 * and after they were read.
 */
@NullMarked
package dev.stoker.io.source.file;

import org.jspecify.annotations.NullMarked;
