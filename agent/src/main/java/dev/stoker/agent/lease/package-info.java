/**
 * What a node holds of a controller's work: asks for leases, keeps their terms alive by heartbeats,
 * hears of cancelations and losses, and remembers every attempt on disk until its end is
 * acknowledged. The pipeline calls it. Invariant: a lease whose term passed without a successful
 * heartbeat is lost here before its controller may give the task to somebody else.
 */
@NullMarked
package dev.stoker.agent.lease;

import org.jspecify.annotations.NullMarked;
