package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.store.LeaseRow;
import org.jspecify.annotations.Nullable;

/** A lease that a node holds, with what only memory knows of it. Owned by {@link LiveLeases}. */
final class LiveLease {
  final LeaseRow row;

  /** When its term ends, on the monotonic clock. */
  volatile long endsNanos;

  /** Whether a heartbeat of its node listed it. */
  volatile boolean listed;

  volatile boolean canceling;

  /** Whether its node is asked to hand it back, if it has not begun with it. */
  volatile boolean wanted;

  /** When its term began first, as far as this controller knows, on the monotonic clock. */
  final long sinceNanos;

  /** Of the lease request that won it; 0 when that was before the node's newest registration. */
  volatile long sequence;

  /** What its node last said of it. */
  volatile Heartbeat.@Nullable Held progress;

  LiveLease(LeaseRow row, long endsNanos) {
    this.row = row;
    this.endsNanos = endsNanos;
    sinceNanos = endsNanos - Protocol.LEASE_TERM.toNanos();
    sequence = row.sequence();
  }

  /** Whether the node is known to know of it: it listed it, or it registered with it. */
  boolean isAcknowledged() {
    return listed || sequence == 0;
  }
}
