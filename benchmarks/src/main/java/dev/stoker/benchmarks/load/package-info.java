/**
 * Agents that render nothing, by the thousand, against a real controller in a process of its own:
 * figures T6 and T7 of the benchmarks. Entered through {@code benchmarks/load}. Invariant: what is
 * measured went over the real protocol and was durable when it was answered.
 */
@NullMarked
package dev.stoker.benchmarks.load;

import org.jspecify.annotations.NullMarked;
