/** The Open Job Description 2023-09 model: pure functions over values, no I/O, no threads. */
@NullMarked
package dev.stoker.openjd;

import org.jspecify.annotations.NullMarked;
