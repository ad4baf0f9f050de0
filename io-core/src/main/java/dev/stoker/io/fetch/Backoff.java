package dev.stoker.io.fetch;

import dev.stoker.io.asset.IoFailure;
import java.util.random.RandomGenerator;

/**
 * How long a failed request rests: full jitter ("Exponential Backoff and Jitter", AWS Architecture
 * Blog, 2015), never less than the origin asked for.
 */
final class Backoff {
  private static final long BASE_MILLIS = 50;
  private static final long CAP_MILLIS = 5_000;

  private final RandomGenerator random;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * @param tries how many have failed, ≥ 1
   */
  long delayMillis(int tries, IoFailure failure) {
    long ceiling = Math.min(CAP_MILLIS, BASE_MILLIS << Math.min(10, tries - 1));
    long jittered = random.nextLong(ceiling + 1);
    return failure instanceof IoFailure.Unavailable busy && busy.retryAfterMillis() >= 0
        ? busy.retryAfterMillis() + jittered / 4
        : jittered;
  }
}
