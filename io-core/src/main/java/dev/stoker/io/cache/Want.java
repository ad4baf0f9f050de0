package dev.stoker.io.cache;

import dev.stoker.io.fetch.Priority;
import java.util.concurrent.CompletableFuture;

/**
 * A run of grains that the origin was asked for.
 *
 * @param first its first grain
 * @param end the grain after its last
 * @param priority how urgently
 * @param done ends when all was offered to disk and readers, or fails as the fetch does; never
 *     completed by who waits on it
 */
record Want(int first, int end, Priority priority, CompletableFuture<Void> done) {

  Want(int first, int end, Priority priority) {
    this(first, end, priority, new CompletableFuture<>());
  }

  boolean covers(int grain) {
    return grain >= first && grain < end;
  }
}
