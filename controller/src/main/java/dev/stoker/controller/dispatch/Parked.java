package dev.stoker.controller.dispatch;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * An answer that is not there yet, for which no thread waits.
 *
 * @param ready completes, in whatever way, when there is something to say, within a bound; to be
 *     cancelled when nobody is interested any more
 * @param answer gives it after that; may wait for the store
 */
public record Parked<T>(CompletableFuture<?> ready, Callable<T> answer) {}
