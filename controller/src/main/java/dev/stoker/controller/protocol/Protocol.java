package dev.stoker.controller.protocol;

import java.time.Duration;

/** Numbers both sides of the protocol agree on. */
public final class Protocol {
  /** The oldest and newest revision this release speaks. */
  public static final int OLDEST = 1;

  public static final int NEWEST = 1;

  /** How long a lease holds after the agent sent the request that won or extended it. */
  public static final Duration LEASE_TERM = Duration.ofSeconds(30);

  /** How often an agent reports its leases. */
  public static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(5);

  /** The longest a lease request is held open. */
  public static final Duration LONGEST_POLL = Duration.ofMillis(Leasing.LONGEST_WAIT_MILLIS);

  private Protocol() {}
}
