/**
 * Jobs: templates with all parameter values filled in, as far as that is possible before a session
 * runs (2023-09, section 7.4). Used by the command line, the controller and sessions.
 *
 * <p>The invariant: a {@link dev.stoker.openjd.job.Job} has nothing left that only its submitter
 * could answer. Its format strings name what the node alone knows; its numbers are literal.
 */
@NullMarked
package dev.stoker.openjd.job;

import org.jspecify.annotations.NullMarked;
