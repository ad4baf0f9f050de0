/**
 * {@code push}: makes a destination hold what a local file or tree holds, sending only what is not
 * there yet. One door, {@link dev.stoker.io.sync.TreePush}. One listing of the destination decides
 * what is unchanged; a file that changes while it is read never becomes visible, it is an error
 * that names it.
 */
@NullMarked
package dev.stoker.io.sync;

import org.jspecify.annotations.NullMarked;
