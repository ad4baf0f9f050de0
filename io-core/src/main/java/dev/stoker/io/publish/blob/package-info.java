/**
 * How bytes get into Blob: the few requests that write (Put Block, Put Block List, Put Blob), each
 * repeated within its deadline while that may help, and the listing that says what is there. One
 * door, {@link dev.stoker.io.publish.blob.BlobWriter}, for {@code publish} and {@code sync}. Knows
 * nothing of attempts, manifests or trees; whoever sets a condition gets {@link
 * dev.stoker.io.asset.IoFailure.Fenced} when it does not hold.
 */
@NullMarked
package dev.stoker.io.publish.blob;

import org.jspecify.annotations.NullMarked;
