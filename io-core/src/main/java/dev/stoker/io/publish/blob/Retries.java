package dev.stoker.io.publish.blob;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Repeats what may succeed later, with exponential back-off and full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter), and not before the
 * origin asked for it. Thread-safe if the random generator is.
 */
final class Retries {
  /** A dropped connection is worth an almost immediate second try. */
  private static final long FIRST_WAIT_MILLIS = 100;

  /** Throttled accounts recover within seconds; longer waits only cost the deadline. */
  private static final long LONGEST_WAIT_MILLIS = 8_000;

  private final RandomGenerator random;

  Retries(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The result of the first try that succeeds.
   *
   * @throws IoFailure that of the last try, when another would not help or come in time
   */
  <T> T until(Deadline deadline, Supplier<T> attempt) {
    for (int tries = 0; ; tries++) {
      try {
        return attempt.get();
      } catch (IoFailure e) {
        long waitMillis = waitMillis(tries, e);
        if (!e.retryable() || waitMillis >= deadline.remainingMillis()) {
          throw e;
        }
        sleep(waitMillis);
      }
    }
  }

  private long waitMillis(int tries, IoFailure failure) {
    long ceiling = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS << Math.min(tries, 10));
    long jittered = random.nextLong(ceiling + 1);
    return failure instanceof IoFailure.Unavailable busy
        ? Math.max(jittered, busy.retryAfterMillis())
        : jittered;
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(Duration.ofMillis(millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Interrupted while waiting to try again.");
    }
  }
}
