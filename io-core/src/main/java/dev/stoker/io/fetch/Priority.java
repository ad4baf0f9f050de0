package dev.stoker.io.fetch;

/** Who waits for the bytes. The order of the constants is the order of service. */
public enum Priority {
  /** A reader is blocked. */
  DEMAND,
  /** A reader is expected to arrive within moments. */
  READAHEAD,
  /** A task that has not started yet will want it. */
  PREFETCH
}
