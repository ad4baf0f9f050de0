/**
 * The OpenJD session runtime (2023-09, "How Jobs Are Run"): enters environments, runs tasks, leaves
 * the environments in reverse, also after a failure, and takes the working folder away. One thread
 * owns a session; any thread may cancel it. Invariants: after a failed or canceled action nothing
 * but leaving runs; what was redacted reaches no listener.
 */
@NullMarked
package dev.stoker.agent.session;

import org.jspecify.annotations.NullMarked;
