/**
 * Starts, binds, watches and ends renderers, through one shim process for each session (see {@code
 * stoker-shim.c}) that outlives the agent. Sessions call it. Invariants: a binding is in force
 * before a renderer's first instruction; when an action has ended, so has every process it started,
 * but for those an environment keeps for its session.
 */
@NullMarked
package dev.stoker.agent.launch;

import org.jspecify.annotations.NullMarked;
