/**
 * Turns wanted ranges into origin requests: what is needed first goes first, equal wants share one
 * request, neighbours become one, and each origin gets as many requests at once as it answers well.
 * Knows nothing of files on disk. All buffers come from one budget; a wait always has a deadline.
 */
@NullMarked
package dev.stoker.io.fetch;

import org.jspecify.annotations.NullMarked;
