package dev.stoker.controller.store;

/** Where a lease is. */
public enum LeaseState {
  /** A node holds it. */
  LIVE,
  /** A node holds it and is asked to stop; nothing of it can be granted any more. */
  CANCELING,
  /** Its holder reported the end. */
  FINISHED,
  /** Its holder was silent for a whole term. */
  EXPIRED,
  /** Its holder no longer listed it, came back without it, or somebody else finished its work. */
  REVOKED;

  public boolean isLive() {
    return this == LIVE || this == CANCELING;
  }
}
