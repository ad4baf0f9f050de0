package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.store.NodeRow;
import dev.stoker.controller.store.NodeTokens;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who registered, and who was heard of lately. Thread-safe; changed after the store was. */
final class Roster {
  private final Clocks clocks;
  private final Map<String, Member> byId = new ConcurrentHashMap<>();
  private final Map<String, Member> byTokenHash = new ConcurrentHashMap<>();
  private final Map<Long, Member> byNumber = new ConcurrentHashMap<>();

  Roster(Clocks clocks) {
    this.clocks = clocks;
  }

  /** Takes a node in; its record under an earlier registration becomes history. */
  void put(NodeRow row) {
    var member = new Member(row, clocks.nanos());
    Member earlier = byId.put(row.id(), member);
    byNumber.put(row.number(), member);
    if (earlier != null) {
      earlier.replaced = true;
      member.history = earlier.history;
      member.holds = earlier.holds;
      forget(earlier.tokens);
    }
    learn(member);
  }

  /** A node's tokens are others now. */
  void renew(long number, NodeTokens tokens) {
    Member member = byNumber.get(number);
    if (member != null) {
      forget(member.tokens);
      member.tokens = tokens;
      learn(member);
    }
  }

  /** Forgets a node that is there no more. */
  void remove(long number) {
    Member member = byNumber.remove(number);
    if (member != null) {
      byId.remove(member.row.id());
      forget(member.tokens);
      member.replaced = true;
    }
  }

  private void learn(Member member) {
    byTokenHash.put(member.tokens.hash(), member);
    if (!member.tokens.previousHash().isEmpty()) {
      byTokenHash.put(member.tokens.previousHash(), member);
    }
  }

  private void forget(NodeTokens tokens) {
    byTokenHash.remove(tokens.hash());
    byTokenHash.remove(tokens.previousHash());
  }

  /** Forgets everybody. */
  void clear() {
    byId.clear();
    byNumber.clear();
    byTokenHash.clear();
  }

  /** The node of an id, null where none is known. */
  @Nullable Member find(String nodeId) {
    return byId.get(nodeId);
  }

  @Nullable Member byNumber(long number) {
    return byNumber.get(number);
  }

  @Nullable Member byTokenHash(String hash) {
    return byTokenHash.get(hash);
  }

  String name(long number) {
    Member member = byNumber.get(number);
    return member == null ? "" : member.row.name();
  }

  Collection<Member> all() {
    return byId.values();
  }

  /** The node was heard of so long ago. */
  void saw(Member member, long ageMillis) {
    member.seenNanos = clocks.nanos() - TimeUnit.MILLISECONDS.toNanos(ageMillis);
  }

  /** What a node says of itself, so long ago. */
  void said(
      Member member, Heartbeat.NodeStatus status, List<Heartbeat.Held> leases, long ageMillis) {
    long nanos = clocks.nanos() - TimeUnit.MILLISECONDS.toNanos(ageMillis);
    member.status = status.withoutFolders();
    List<Heartbeat.CachedFolder> holds = status.holds();
    if (holds != null) {
      member.holds = new Holdings(holds);
    }
    UsageHistory history = member.history;
    if (history == null) {
      member.history = new UsageHistory(status, leases, nanos);
    } else {
      history.add(status, leases, nanos);
    }
  }

  /** Whether a node was silent for longer than a lease holds and a poll lasts. */
  boolean isLost(Member member) {
    long silentNanos = clocks.nanos() - member.seenNanos;
    return silentNanos > Protocol.LEASE_TERM.plus(Protocol.LONGEST_POLL).toNanos();
  }

  /** Whether a node other than those listed is there and offers what is needed. */
  boolean hasOther(Set<Long> than, SlotNeeds needs) {
    return byId.values().stream()
        .anyMatch(
            member ->
                !than.contains(member.row.number())
                    && !member.draining
                    && member.problem() == null
                    && !isLost(member)
                    && member.offers(needs));
  }
}
