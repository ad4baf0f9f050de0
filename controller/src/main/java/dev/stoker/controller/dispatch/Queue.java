package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.LeaseState;
import dev.stoker.controller.store.QueueStore;
import java.util.List;

/**
 * A running queue: opens what a store holds, gives live leases a fresh term, and serves the desks.
 * Thread-safe.
 */
public final class Queue {
  private static final int EPOCH_LENGTH = 7;

  private final Parts parts;
  private final NodeDesk nodes;
  private final LeaseDesk leases;
  private final JobDesk jobs;
  private final JobViews views;
  private final TokenDesk tokens;

  private Queue(Parts parts) {
    this.parts = parts;
    nodes = new NodeDesk(parts, new Rounds(parts));
    leases = new LeaseDesk(parts);
    jobs = new JobDesk(parts);
    views = new JobViews(parts);
    tokens = new TokenDesk(parts);
  }

  /** Opens the queue in a store, which stays the caller's to close. */
  public static Queue open(QueueStore store, Clocks clocks, Sharing sharing) {
    var live = new LiveLeases(clocks);
    var roster = new Roster(clocks);
    var keyring = new Keyring();
    var changes = new Changes();
    var work = new Work(clocks);
    var queue =
        new Queue(
            new Parts(
                store,
                clocks,
                live,
                roster,
                keyring,
                changes,
                work,
                new JobPlans(store),
                sharing,
                Names.random('e', EPOCH_LENGTH)));
    store.follow(new Memory(live, roster, keyring, changes, work, sharing));
    return queue;
  }

  public NodeDesk nodes() {
    return nodes;
  }

  public LeaseDesk leases() {
    return leases;
  }

  public JobDesk jobs() {
    return jobs;
  }

  public TokenDesk tokens() {
    return tokens;
  }

  public JobViews views() {
    return views;
  }

  /** Takes back every lease whose term ended. */
  public void expire() {
    List<LiveLease> due = parts.live().due();
    if (!due.isEmpty()) {
      Answers.await(new LostLeases(parts).lose(due, LeaseState.EXPIRED, parts.live()::isDue));
    }
  }

  /** Serves tasks whose pause after a failure ended. */
  public void wake() {
    parts.work().wake();
  }

  /** Gives every lease a fresh term: the controller was away, not the nodes. */
  public void forgive() {
    parts.live().extendAll();
  }
}
