package dev.stoker.controller.store;

/** Rows that only save time or please the eye: the oldest go where all take too much. */
public interface OldestFirst {
  /** How many bytes all of them take. */
  long bytes();

  /** Removes some of the oldest. */
  void removeOldest();
}
