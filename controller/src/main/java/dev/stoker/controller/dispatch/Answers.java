package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for changes of the queue, with a bound. */
final class Answers {
  /** A disk that does not flush for so long has failed. */
  private static final long LONGEST_WAIT_SECONDS = 10;

  private Answers() {}

  /**
   * What the change gave, once it is durable.
   *
   * @throws StoreException when it could not be stored in time; it may still be
   * @throws RuntimeException what the change threw
   */
  static <T> T await(CompletableFuture<T> change) {
    try {
      return change.get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new StoreException("A change of the queue failed: " + e.getCause() + ".", e);
    } catch (TimeoutException e) {
      throw new StoreException("The controller's disk is too slow; ask again.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("The controller is stopping; ask again in a moment.", e);
    }
  }
}
