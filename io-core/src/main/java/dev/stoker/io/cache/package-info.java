/**
 * The block cache: one sparse file and one index per asset version on the node's disks, presence
 * and checksum per 64 KiB grain, a bounded RAM tier above. Readers open a {@link
 * dev.stoker.io.cache.CachedAsset} at the {@link dev.stoker.io.cache.BlockCache} and get the bytes
 * of the version they named or an error, never anything else: every grain is checked against its
 * checksum whenever it leaves. Called by prefetch, stage, mount and daemon; asks only the fetch
 * engine.
 */
@NullMarked
package dev.stoker.io.cache;

import org.jspecify.annotations.NullMarked;
