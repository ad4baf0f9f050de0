/**
 * The queue on disk: rows of jobs, steps, tasks, leases, manifests, nodes and logs, without any
 * policy about them. Called by {@code dispatch} only. Invariant: a change whose future completed is
 * durable; one that failed left no trace.
 */
@NullMarked
package dev.stoker.controller.store;

import org.jspecify.annotations.NullMarked;
