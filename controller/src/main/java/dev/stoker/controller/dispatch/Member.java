package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Registration.Slot;
import dev.stoker.controller.store.NodeRow;
import dev.stoker.controller.store.NodeTokens;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node as it registered, with when it was last heard of. Owned by {@link Roster}. */
final class Member {
  final NodeRow row;

  /** On the monotonic clock. */
  volatile long seenNanos;

  /** Of the newest lease request. */
  volatile long sequence;

  volatile boolean draining;

  /** What it last said of itself; null where it said nothing. */
  volatile Heartbeat.@Nullable NodeStatus status;

  /** What it said before; null until it says something. Written on the store's thread. */
  volatile @Nullable UsageHistory history;

  /** What its cache holds, as it last said. */
  volatile Holdings holds = Holdings.NONE;

  volatile NodeTokens tokens;

  /** Whether the same node registered again since, so that this record is history. */
  volatile boolean replaced;

  Member(NodeRow row, long seenNanos) {
    this.row = row;
    this.seenNanos = seenNanos;
    sequence = row.sequence();
    draining = row.draining();
    tokens = row.tokens();
  }

  /** Goes on to a lease request's sequence; says whether that is not behind the newest one. */
  synchronized boolean reach(long next) {
    if (next < sequence) {
      return false;
    }
    sequence = next;
    return true;
  }

  /** Why it takes no work by its own word; null when it is well. */
  @Nullable String problem() {
    Heartbeat.NodeStatus said = status;
    return said == null ? null : said.problem();
  }

  Optional<Slot> slot(String id) {
    return row.slots().stream().filter(slot -> slot.id().equals(id)).findFirst();
  }

  boolean offers(SlotNeeds needs) {
    return row.slots().stream().anyMatch(slot -> needs.fit(slot, row.attributes()));
  }
}
