package dev.stoker.controller.api;

/** Who calls. */
sealed interface Caller {
  /** Somebody on a loopback controller without tokens: may do everything. */
  record Anyone() implements Caller {}

  /** A person or their tool. */
  record User() implements Caller {}

  /** A machine that wants to become a node. */
  record Joiner() implements Caller {}

  /** A registered node. */
  record Node(String id) implements Caller {}
}
