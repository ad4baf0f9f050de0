/**
 * Path mapping: turns the paths of the machine that submitted a job into those of the node that
 * runs it, and writes the document that a session's {@code Session.PathMappingRulesFile} holds.
 * Used by sessions and by the submitter.
 *
 * <p>The invariant: paths are text of their source's format; nothing here looks at a file system.
 */
@NullMarked
package dev.stoker.openjd.pathmap;

import org.jspecify.annotations.NullMarked;
