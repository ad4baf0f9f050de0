/**
 * The Azure SDK for Java as a contestant of {@code benchmarks/peers}, and its maker of SAS tokens
 * and containers. The product itself does without the SDK; nothing outside this module may see it.
 */
@NullMarked
package dev.stoker.benchmarks.azuresdk;

import org.jspecify.annotations.NullMarked;
