package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.LeaseState;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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

  private final LeaseCounts counts = new LeaseCounts();

  LiveLeases(Clocks clocks) {
    this.clocks = clocks;
  }

  /** Forgets everything. */
  void clear() {
    byNumber.clear();
    byNode.clear();
    counts.clear();
  }

  /** Takes a lease in whose term began so long ago. */
  void add(LeaseRow row, long ageMillis) {
    var lease = new LiveLease(row, freshTerm(ageMillis));
    lease.canceling = row.state() == LeaseState.CANCELING;
    LiveLease before = byNumber.put(row.number(), lease);
    if (before != null) {
      counts.remove(before.row);
    }
    counts.add(row);
    byNode.computeIfAbsent(row.nodeNumber(), ignored -> ConcurrentHashMap.newKeySet()).add(lease);
  }

  /** Forgets a lease, and says which it was; null where it is not known. */
  @Nullable LiveLease remove(long number) {
    LiveLease lease = byNumber.remove(number);
    if (lease != null) {
      counts.remove(lease.row);
      byNode.getOrDefault(lease.row.nodeNumber(), Set.of()).remove(lease);
    }
    return lease;
  }

  /** What they take, kept in step. */
  LeaseCounts counts() {
    return counts;
  }

  void cancel(long number) {
    LiveLease lease = byNumber.get(number);
    if (lease != null) {
      lease.canceling = true;
    }
  }

  void want(long number) {
    LiveLease lease = byNumber.get(number);
    if (lease != null) {
      lease.wanted = true;
    }
  }

  @Nullable LiveLease get(long number) {
    return byNumber.get(number);
  }

  /** Whether a node has a lease that it says it has. */
  boolean holds(Member node, Heartbeat.Held held) {
    LiveLease lease = get(LeaseName.number(held.leaseId()));
    return lease != null
        && lease.row.id().equals(held.leaseId())
        && lease.row.nodeNumber() == node.row.number()
        && lease.row.attempt() == held.attempt();
  }

  Collection<LiveLease> ofNode(long nodeNumber) {
    return byNode.getOrDefault(nodeNumber, Set.of());
  }

  /** The leases on a job's tasks; looks at all there are. */
  List<LiveLease> ofJob(long jobNumber) {
    return byNumber.values().stream().filter(lease -> lease.row.jobNumber() == jobNumber).toList();
  }

  /** The node starts anew: it knows by itself which leases it goes on with. */
  void registered(long nodeNumber) {
    for (LiveLease lease : ofNode(nodeNumber)) {
      lease.sequence = 0;
    }
  }

  /** The term begins anew, or did so long ago. */
  void extend(LiveLease lease, long ageMillis) {
    lease.endsNanos = freshTerm(ageMillis);
  }

  /** Gives every lease a fresh term: the controller itself was away. */
  void extendAll() {
    byNumber.values().forEach(lease -> extend(lease, 0));
  }

  boolean isDue(LiveLease lease) {
    return clocks.nanos() - lease.endsNanos >= 0;
  }

  Collection<LiveLease> all() {
    return byNumber.values();
  }

  List<LiveLease> due() {
    return byNumber.values().stream().filter(this::isDue).toList();
  }

  private long freshTerm(long ageMillis) {
    return clocks.nanos()
        + Protocol.LEASE_TERM.toNanos()
        - TimeUnit.MILLISECONDS.toNanos(ageMillis);
  }
}
