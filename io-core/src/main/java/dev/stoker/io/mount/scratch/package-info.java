/**
 * A tree that people write to ({@code stoker mount --rw}). Names are changed at the origin at once;
 * what files hold is written to a bounded spool on this machine, and stored at the origin once they
 * are closed, or by fsync. {@link dev.stoker.io.mount.scratch.ScratchTree} is the door.
 *
 * <p>The invariant: what a program has written is in the spool, or at the origin, or its program
 * was told of a failure; and no version of a file that somebody else made is ever replaced unseen.
 */
@NullMarked
package dev.stoker.io.mount.scratch;

import org.jspecify.annotations.NullMarked;
