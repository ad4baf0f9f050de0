/**
 * The vocabulary of moving bytes: where an asset lives, which version of it is meant, which bytes
 * of it are wanted, and how reading it can fail. Values only: no I/O, no threads. Everyone may call
 * it; it calls nobody.
 */
@NullMarked
package dev.stoker.io.asset;

import org.jspecify.annotations.NullMarked;
