package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Commit;

/**
 * A granted manifest.
 *
 * @param reason why it was voided, else empty
 */
public record ManifestRow(
    long jobNumber, long ordinal, int attempt, State state, String reason, Commit.Manifest body) {

  /** Where a granted manifest is. */
  public enum State {
    /** Being carried out, or waiting for a node that does. */
    GRANTED,
    /** Every file of it is visible. */
    DONE,
    /** It can never be carried out. */
    VOIDED,
    /** Somebody had the task rendered again. */
    SUPERSEDED
  }
}
