package dev.stoker.io.fetch;

import dev.stoker.io.asset.IoFailure;
import org.jspecify.annotations.Nullable;

/**
 * Whether an origin answers at all. After five failures in a row, one request at a time probes it
 * until one succeeds: a dead server is not hammered, and its return is noticed at once. Not
 * thread-safe; owned by its {@link OriginQueue}.
 */
final class Circuit {
  private static final int OPEN_AFTER = 5;
  private int failuresInARow;
  private @Nullable IoFailure last;

  void succeeded() {
    failuresInARow = 0;
  }

  void failed(IoFailure failure) {
    last = failure;
    if (failure instanceof IoFailure.Unavailable || failure instanceof IoFailure.TimedOut) {
      failuresInARow++;
    } else {
      // It answers, if not what we would like.
      failuresInARow = 0;
    }
  }

  boolean isOpen() {
    return failuresInARow >= OPEN_AFTER;
  }

  @Nullable IoFailure lastFailure() {
    return last;
  }
}
