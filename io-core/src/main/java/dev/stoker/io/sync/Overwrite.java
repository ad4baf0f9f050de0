package dev.stoker.io.sync;

/** What a push does where the destination holds a file of the name already. */
public enum Overwrite {
  /** Replaces it unless length and mtime, or length and a stored hash, are equal. */
  CHANGED,
  /** Replaces it. */
  ALWAYS,
  /** Leaves it. */
  NEVER
}
