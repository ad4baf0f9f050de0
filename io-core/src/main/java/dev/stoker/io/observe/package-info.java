/**
 * Numbers about what happens: counters, gauges, latencies, kept in one registry that whoever
 * exports metrics walks through; {@link dev.stoker.io.observe.Exposition} gives it to Prometheus.
 * Recording costs some tens of nanoseconds and never blocks or fails.
 */
@NullMarked
package dev.stoker.io.observe;

import org.jspecify.annotations.NullMarked;
