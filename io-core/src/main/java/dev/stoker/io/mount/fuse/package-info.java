/**
 * The kernel's FUSE protocol, spoken directly on {@code /dev/fuse}: decoding and encoding (pure),
 * negotiation, the threads that serve, mounting and unmounting. What is served is a {@link
 * dev.stoker.io.mount.fuse.FileTree}, or, where it may be changed, a {@link
 * dev.stoker.io.mount.fuse.WritableTree}; this package knows nothing of assets or caches.
 *
 * <p>The invariant: every request is answered, once, before its deadline and a moment.
 */
@NullMarked
package dev.stoker.io.mount.fuse;

import org.jspecify.annotations.NullMarked;
