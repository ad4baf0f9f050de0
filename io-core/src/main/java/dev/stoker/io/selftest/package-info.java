/**
 * Measures what this node's disk, cache and an origin give, and says which of them is the
 * bottleneck. Called by {@code stoker bench io}; leaves nothing behind and touches no entry of the
 * node's cache.
 */
@NullMarked
package dev.stoker.io.selftest;

import org.jspecify.annotations.NullMarked;
