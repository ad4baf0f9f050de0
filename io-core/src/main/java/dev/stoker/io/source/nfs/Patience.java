package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long one piece of work goes on trying while addresses do not answer: until its deadline, or
 * until nobody has said anything for the configured time. Not thread-safe but for {@link
 * #whyGiveUp}.
 */
final class Patience {
  /** How long to rest when there is nobody else to ask. */
  static final long REST_MILLIS = 100;

  private static final Duration ONE_TRY = Duration.ofSeconds(10);

  /** Where there are others to ask. */
  private static final Duration ONE_OF_SEVERAL = Duration.ofSeconds(3);

  private final NfsCluster cluster;
  private final Deadline deadline;
  private final String doing;
  private final long startNanos = System.nanoTime();

  /**
   * @param doing verb phrase with its object
   */
  Patience(NfsCluster cluster, Deadline deadline, String doing) {
    this.cluster = cluster;
    this.deadline = deadline;
    this.doing = doing;
  }

  /** A bound for asking one address. */
  Deadline deadlineOfOneTry() {
    Duration most = cluster.options().answerTimeout();
    Duration usual = cluster.usesAll() ? ONE_OF_SEVERAL : ONE_TRY;
    return deadline.orEarlier(Deadline.after(most.compareTo(usual) < 0 ? most : usual));
  }

  /** Waits a moment before everybody is asked again, or gives up. */
  void rest(IoFailure.@Nullable Unavailable last) {
    IoFailure reason = whyGiveUp(last);
    if (reason != null) {
      throw reason;
    }
    Branch.sleep(REST_MILLIS, doing);
  }

  /** Why there is no point in going on, or null when there is. */
  @Nullable IoFailure whyGiveUp(IoFailure.@Nullable Unavailable last) {
    long now = System.nanoTime();
    long heard = cluster.heardNanos();
    long silentNanos = now - (heard - startNanos > 0 ? heard : startNanos);
    boolean silent = silentNanos > cluster.options().answerTimeout().toNanos();
    if (!silent && !deadline.hasPassed()) {
      return null;
    }
    return new IoFailure.TimedOut(
        "Gave up trying to "
            + doing
            + ": "
            + cluster.name()
            + (silent
                ? " has said nothing for " + silentNanos / 1_000_000_000 + " s"
                : " did not answer in time")
            + (last == null ? "." : "; the last failure was: " + last.getMessage()));
  }
}
