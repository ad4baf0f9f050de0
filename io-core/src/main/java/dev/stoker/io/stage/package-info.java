/**
 * Lays trees of assets out below a folder for renderers that read plain files: by hard link,
 * reflink or copy from the cache, read-only, and takes them away again. No name leads out of the
 * folder, and a file that somebody wrote to while it was staged leaves the cache and is named.
 * Called by daemon.
 */
@NullMarked
package dev.stoker.io.stage;

import org.jspecify.annotations.NullMarked;
