package dev.stoker.agent.lease;

import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Protocol;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps leases alive: one heartbeat for all of them, every five seconds and at once for a new one,
 * whose term began before a long poll did. Loses those whose term passed. Thread-safe; its two
 * threads, which call {@link #run} and {@link #watchTerms}, are its owner's to start and to join: a
 * heartbeat may wait for a controller for longer than a term.
 */
public final class LeaseKeeper {
  private static final Logger LOG = System.getLogger(LeaseKeeper.class.getName());

  /** After a heartbeat that failed: a term has room for a dozen such tries. */
  private static final long RETRY_MILLIS = 1000;

  /** Terms are given in tens of seconds; a clock's own resolution is 10 ms. */
  private static final long SHORTEST_LOOK_MILLIS = 50;

  /** Clocks that tests set do not wake anybody. */
  private static final long LONGEST_LOOK_MILLIS = 5_000;

  private final ControllerLink link;
  private final BootClock clock;
  private final Supplier<Heartbeat.@Nullable NodeStatus> status;
  private final Map<String, HeldLease> held = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock(); // guards dueMillis and closed
  private final Condition changed = lock.newCondition();
  private long dueMillis;
  private boolean closed;
  private volatile boolean draining;

  public LeaseKeeper(
      ControllerLink link, BootClock clock, Supplier<Heartbeat.@Nullable NodeStatus> status) {
    this.link = link;
    this.clock = clock;
    this.status = status;
    this.dueMillis = clock.millis();
  }

  /** Keeps it from now on. */
  public void keep(HeldLease lease) {
    held.put(lease.lease().leaseId(), lease);
    lock.lock();
    try {
      dueMillis = Math.min(dueMillis, clock.millis());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Keeps it no longer: its end was acknowledged, or it is somebody else's. */
  public void release(HeldLease lease) {
    held.remove(lease.lease().leaseId(), lease);
  }

  public boolean holds(String leaseId) {
    return held.containsKey(leaseId);
  }

  public Collection<HeldLease> held() {
    return List.copyOf(held.values());
  }

  /** Whether the controller wants this node to take no more work. */
  public boolean draining() {
    return draining;
  }

  /** Sends heartbeats until {@link #close}. */
  public void run() {
    try {
      while (awaitTurn()) {
        long nextMillis = clock.millis() + Protocol.HEARTBEAT_EVERY.toMillis();
        if (!beat()) {
          nextMillis = clock.millis() + RETRY_MILLIS;
        }
        lock.lock();
        try {
          dueMillis = nextMillis;
        } finally {
          lock.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Loses leases as their terms pass, until {@link #close}. */
  public void watchTerms() {
    try {
      while (awaitTermsEnd()) {
        loseExpired();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until a term may have passed; false when closed. */
  @SuppressWarnings("WaitNotInLoop") // whatever ends the wait, the caller looks and waits again
  private boolean awaitTermsEnd() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long firstEnd =
          held.values().stream()
              .filter(lease -> lease.standing() == HeldLease.Standing.HELD)
              .mapToLong(HeldLease::validUntilMillis)
              .min()
              .orElse(Long.MAX_VALUE);
      long wait = Math.max(firstEnd - clock.millis(), SHORTEST_LOOK_MILLIS);
      if (!closed) {
        changed.await(Math.min(wait, LONGEST_LOOK_MILLIS), TimeUnit.MILLISECONDS);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends {@link #run} and {@link #watchTerms}. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitTurn() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long wait = dueMillis - clock.millis();
        if (wait <= 0) {
          return true;
        }
        if (!changed.await(wait, TimeUnit.MILLISECONDS)) {
          return !closed;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** One heartbeat; whether it was answered. */
  private boolean beat() throws InterruptedException {
    List<HeldLease> reported = List.copyOf(held.values());
    ControllerLink.Node node = link.node();
    long sentAtMillis = clock.millis();
    try {
      Heartbeat.Response response =
          node.client()
              .heartbeat(
                  node.nodeId(),
                  new Heartbeat.Request(
                      reported.stream().map(HeldLease::report).toList(), status.get()));
      draining = response.drain();
      response.leases().forEach(answer -> obey(answer, sentAtMillis));
      link.refresh(); // now, since every term just began anew
      return true;
    } catch (ControllerException e) {
      if (ControllerLink.disowns(e)) {
        LOG.log(Level.WARNING, "The controller does not know this node: {0}", e.sentence());
        renew(node);
        return false;
      }
      LOG.log(Level.WARNING, "A heartbeat failed: {0}", e.sentence());
      return false;
    }
  }

  private void renew(ControllerLink.Node node) throws InterruptedException {
    try {
      link.renew(node);
    } catch (ControllerException e) {
      LOG.log(Level.ERROR, "The controller takes this node no more: {0}", e.sentence());
    }
  }

  private void obey(Heartbeat.Answer answer, long sentAtMillis) {
    HeldLease lease = held.get(answer.leaseId());
    if (lease == null) {
      return; // it ended while the heartbeat was on its way
    }
    switch (answer.action()) {
      case EXTEND -> {
        lease.extend(sentAtMillis);
        if (answer.handBack()) {
          lease.wantBack(answer.reason());
        }
      }
      case CANCEL -> {
        // Canceled or not, the lease is ours until we finish it.
        lease.extend(sentAtMillis);
        lease.cancel(answer.reason());
      }
      case REVOKED -> lease.lose(answer.reason());
    }
  }

  private void loseExpired() {
    long now = clock.millis();
    for (HeldLease lease : held.values()) {
      if (lease.standing() != HeldLease.Standing.GRANTED && now >= lease.validUntilMillis()) {
        lease.lose("Its term passed without a heartbeat that the controller answered.");
      }
    }
  }
}
