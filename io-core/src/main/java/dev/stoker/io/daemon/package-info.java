/**
 * The I/O process of a node: owns the cache folder, the origin connections and their credentials,
 * and serves agents, commands and tests over a Unix socket or, in one process, directly. Whoever
 * needs assets on this node asks {@link dev.stoker.io.daemon.NodeIo}.
 */
@NullMarked
package dev.stoker.io.daemon;

import org.jspecify.annotations.NullMarked;
