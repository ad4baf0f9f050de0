/**
 * What an agent shows of itself to people and to Prometheus: a page, the same as JSON, metrics. The
 * command line starts it with a view that the pipeline gives. Invariant: nothing here changes
 * anything, and no secret is part of a view.
 */
@NullMarked
package dev.stoker.agent.observe;

import org.jspecify.annotations.NullMarked;
