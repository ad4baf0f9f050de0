/**
 * Runs a job's steps on this machine, one after the other in one session, as the reference {@code
 * openjd run} does: no controller, no locations, no publishing. The command line calls it. One
 * thread owns a {@link dev.stoker.agent.local.LocalRun}; any thread may cancel it. Invariant: every
 * environment that was entered, or tried, is left, and no process of the session outlives it.
 */
@NullMarked
package dev.stoker.agent.local;

import org.jspecify.annotations.NullMarked;
