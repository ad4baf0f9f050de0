/**
 * What Linux offers and the JDK does not: positioned I/O that an interrupt cannot close, direct
 * I/O, holes, reflinks, links relative to an open folder, file stamps to the nanosecond. The only
 * native calls of the I/O core. Every failure is a {@link dev.stoker.io.posix.PosixException} that
 * names call, path and errno; nothing here retries, logs or keeps state.
 */
@NullMarked
package dev.stoker.io.posix;

import org.jspecify.annotations.NullMarked;
