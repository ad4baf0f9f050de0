/**
 * Assets as a file system, read at native speed: {@link dev.stoker.io.mount.AssetTree} shows a tree
 * of an origin through the block cache, {@link dev.stoker.io.mount.AssetMount} mounts it. The
 * protocol is {@link dev.stoker.io.mount.fuse}'s.
 *
 * <p>The invariant: a reader gets the bytes of the version that the name stood for when it was
 * looked up, or an error before its deadline; never a mix of two versions.
 */
@NullMarked
package dev.stoker.io.mount;

import org.jspecify.annotations.NullMarked;
