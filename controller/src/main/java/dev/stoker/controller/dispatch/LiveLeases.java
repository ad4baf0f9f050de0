package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.LeaseState;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The leases that nodes hold and when their terms end.
 *
 * <p>Terms live in memory only: extending 4,000 nodes' leases every 5 s writes nothing, and a
 * restarted controller gives each a fresh term. Leases come and go on the store's thread, after the
 * change is durable; terms are extended by any.
 */
final class LiveLeases {
  private final Clocks clocks;
  private final Map<Long, LiveLease> byNumber = new ConcurrentHashMap<>();
  private final Map<Long, Set<LiveLease>> byNode = new ConcurrentHashMap<>();

  LiveLeases(Clocks clocks) {
    this.clocks = clocks;
  }

  void add(LeaseRow row) {
    var lease = new LiveLease(row, freshTerm());
    lease.canceling = row.state() == LeaseState.CANCELING;
    byNumber.put(row.number(), lease);
    byNode.computeIfAbsent(row.nodeNumber(), ignored -> ConcurrentHashMap.newKeySet()).add(lease);
  }

  void remove(long number) {
    LiveLease lease = byNumber.remove(number);
    if (lease != null) {
      byNode.getOrDefault(lease.row.nodeNumber(), Set.of()).remove(lease);
    }
  }

  void cancel(long number) {
    LiveLease lease = byNumber.get(number);
    if (lease != null) {
      lease.canceling = true;
    }
  }

  @Nullable LiveLease get(long number) {
    return byNumber.get(number);
  }

  Collection<LiveLease> ofNode(long nodeNumber) {
    return byNode.getOrDefault(nodeNumber, Set.of());
  }

  /** The node starts anew: it knows by itself which leases it goes on with. */
  void registered(long nodeNumber) {
    for (LiveLease lease : ofNode(nodeNumber)) {
      lease.sequence = 0;
      lease.acknowledged = true;
    }
  }

  /** The node got the answers to all requests before this one. */
  void acknowledgeBefore(long nodeNumber, long sequence) {
    for (LiveLease lease : ofNode(nodeNumber)) {
      if (lease.sequence < sequence) {
        lease.acknowledged = true;
      }
    }
  }

  void extend(LiveLease lease) {
    lease.endsNanos = freshTerm();
  }

  /** Gives every lease a fresh term: the controller itself was away. */
  void extendAll() {
    byNumber.values().forEach(this::extend);
  }

  boolean isDue(LiveLease lease) {
    return clocks.nanos() - lease.endsNanos >= 0;
  }

  List<LiveLease> due() {
    return byNumber.values().stream().filter(this::isDue).toList();
  }

  private long freshTerm() {
    return clocks.nanos() + Protocol.LEASE_TERM.toNanos();
  }
}
