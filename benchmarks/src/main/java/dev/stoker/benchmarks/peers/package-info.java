/**
 * Stoker beside its peers over the same bytes in one run: {@code benchmarks/peers}. Programs are
 * measured as their users run them, start-up included; what only the library can show is measured
 * in this process. Contestants take turns, in another order each round, and whatever was written is
 * gone at the end.
 */
@NullMarked
package dev.stoker.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
