/**
 * The controller's numbers for Prometheus. Entered through {@link
 * dev.stoker.controller.observe.ControllerMetrics}; used by {@code api}. Invariant: counting costs
 * well under a microsecond and never fails a call; what the queue holds is read when somebody
 * looks.
 */
@NullMarked
package dev.stoker.controller.observe;

import org.jspecify.annotations.NullMarked;
