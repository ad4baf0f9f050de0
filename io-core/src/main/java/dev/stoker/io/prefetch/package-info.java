/**
 * Decides what will be wanted and has it brought before somebody waits for it: which files of a
 * tree a session declared, in the order in which it named them, so many at once as a bounded number
 * of workers bear. Called by stage and daemon; asks sources what there is and the cache to fill
 * itself.
 */
@NullMarked
package dev.stoker.io.prefetch;

import org.jspecify.annotations.NullMarked;
