/**
 * What must be seen from above all modules: measurements of the paths against their peers, and the
 * test of who may see whom. Nobody depends on it.
 */
@NullMarked
package dev.stoker.benchmarks;

import org.jspecify.annotations.NullMarked;
