/**
 * The hot paths under JMH: {@code benchmarks/jmh}. Those that no other package may see lie in
 * packages of io-core's names in this module.
 */
@NullMarked
package dev.stoker.benchmarks.paths;

import org.jspecify.annotations.NullMarked;
