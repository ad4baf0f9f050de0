package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for changes of the queue, with a bound. */
final class Answers {
  /** A disk that does not flush for so long has failed. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  private Answers() {}

  /**
   * What the change gave, once it is durable.
   *
   * @throws StoreException when it could not be stored in time; it may still be
   * @throws RuntimeException what the change threw
   */
  static <T> T await(CompletableFuture<T> change) {
    return await(change, LONGEST_WAIT);
  }

  /** The same of a change whose time is over: it is known by now, or too late. */
  static <T> T now(CompletableFuture<T> change) {
    return await(change, Duration.ZERO);
  }

  private static <T> T await(CompletableFuture<T> change, Duration wait) {
    try {
      return change.get(wait.toMillis(), TimeUnit.MILLISECONDS);
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
