/**
 * The task parameter space of a step: which tasks there are and what their parameters are, found by
 * index and never listed. Used by the template reader (combination expressions), by job creation
 * and by whoever hands out tasks.
 *
 * <p>The invariant: a space costs memory for what the template wrote, not for how many tasks that
 * makes, and {@code get} costs the same for the first task and the last.
 */
@NullMarked
package dev.stoker.openjd.space;

import org.jspecify.annotations.NullMarked;
