package dev.stoker.agent.lease;

import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Leasing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks for work by long polls that are numbered, so that an answer which got lost is asked for
 * again and no lease is forgotten. Owned by the thread that runs it; {@link #wishesChanged} and
 * {@link #close} may be called by any.
 */
public final class LeasePoll {
  private static final Logger LOG = System.getLogger(LeasePoll.class.getName());

  /**
   * A lease won at a poll's last moment still has ten seconds of its term, which counts from before
   * the poll was sent.
   */
  private static final Duration WAIT = Duration.ofSeconds(20);

  /** How often an agent without a free slot looks whether it has one, beside being told. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  private final ControllerLink link;
  private final BootClock clock;
  private final Pause pause;
  private final Supplier<List<Leasing.Wish>> wishes;
  private final ObjLongConsumer<Leasing.Lease> won;
  private final Object turn = new Object(); // guards the next four
  private @Nullable Thread asking;
  private List<Leasing.Wish> asked = List.of();
  private boolean changed;
  private boolean closed;

  private ControllerLink.@Nullable Node numberedFor;
  private long sequence;
  private Leasing.@Nullable Request unanswered;
  private long askedAtMillis;

  /**
   * @param wishes what is wanted now; may be empty
   * @param won gets each lease and when it was asked for, on the boot clock
   */
  public LeasePoll(
      ControllerLink link,
      BootClock clock,
      Pause pause,
      Supplier<List<Leasing.Wish>> wishes,
      ObjLongConsumer<Leasing.Lease> won) {
    this.link = link;
    this.clock = clock;
    this.pause = pause;
    this.wishes = wishes;
    this.won = won;
  }

  /** Says that more may be wanted than the poll under way asks for. */
  public void wishesChanged() {
    List<Leasing.Wish> now = wishes.get();
    synchronized (turn) {
      changed = true;
      turn.notifyAll();
      if (asking != null && asksForLess(now)) {
        asking.interrupt();
      }
    }
  }

  /** Ends the poll under way: nothing is wanted any more. What it may have won still arrives. */
  public void recall() {
    synchronized (turn) {
      changed = true;
      turn.notifyAll();
      if (asking != null) {
        asking.interrupt();
      }
    }
  }

  /** Ends {@link #run}. */
  public void close() {
    synchronized (turn) {
      closed = true;
      turn.notifyAll();
      if (asking != null) {
        asking.interrupt();
      }
    }
  }

  /** Polls until {@link #close}. */
  public void run() {
    try {
      while (!isClosed()) {
        List<Leasing.Wish> now = wishes.get();
        if (now.isEmpty()) {
          awaitChange();
        } else {
          ask(now);
        }
      }
    } catch (InterruptedException e) {
      if (!isClosed()) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    sayGoodbye();
  }

  /**
   * Takes what the poll that was cut short may have won, so that it can be handed back, and ends it
   * at the controller, which would give work to a connection that nobody listens to.
   */
  private void sayGoodbye() {
    ControllerLink.Node node = numberedFor;
    if (node == null) {
      return;
    }
    try {
      Leasing.Request cutShort = unanswered;
      if (cutShort != null) {
        Leasing.Request again = new Leasing.Request(cutShort.sequence(), cutShort.wishes(), 0);
        node.client()
            .lease(node.nodeId(), again)
            .leases()
            .forEach(lease -> won.accept(lease, askedAtMillis));
      }
      node.client().lease(node.nodeId(), new Leasing.Request(sequence + 1, List.of(), 0));
    } catch (ControllerException e) {
      LOG.log(Level.DEBUG, "The controller did not hear the last poll''s end: {0}", e.sentence());
    }
  }

  private boolean isClosed() {
    synchronized (turn) {
      return closed;
    }
  }

  private boolean asksForLess(List<Leasing.Wish> now) {
    return now.stream()
        .anyMatch(
            wish ->
                asked.stream()
                    .noneMatch(
                        old -> old.slotId().equals(wish.slotId()) && old.tasks() >= wish.tasks()));
  }

  private void awaitChange() throws InterruptedException {
    long untilNanos = System.nanoTime() + LOOK_AGAIN.toNanos();
    synchronized (turn) {
      long leftNanos = LOOK_AGAIN.toNanos();
      while (!changed && !closed && leftNanos > 0) {
        TimeUnit.NANOSECONDS.timedWait(turn, leftNanos);
        leftNanos = untilNanos - System.nanoTime();
      }
      changed = false;
    }
  }

  /** One numbered wish, asked until it is answered. */
  private void ask(List<Leasing.Wish> now) throws InterruptedException {
    ControllerLink.Node node = link.node();
    if (!node.equals(numberedFor)) {
      numberedFor = node;
      sequence = 0;
    }
    sequence++;
    // The first sending counts, whichever is answered: that one may have won the lease.
    askedAtMillis = clock.millis();
    long waitMillis = WAIT.toMillis();
    for (int tries = 1; ; tries++) {
      try {
        unanswered = new Leasing.Request(sequence, now, waitMillis);
        Leasing.Response response = send(node, unanswered);
        unanswered = null;
        response.leases().forEach(lease -> won.accept(lease, askedAtMillis));
        return;
      } catch (ControllerException e) {
        waitMillis = 0; // what was won meanwhile, and no more waiting on old wishes
        if (Thread.interrupted()) {
          if (isClosed()) {
            return;
          }
        } else if (!recover(e, node, tries)) {
          return;
        }
      }
    }
  }

  private Leasing.Response send(ControllerLink.Node node, Leasing.Request request) {
    synchronized (turn) {
      asked = request.wishes();
      asking = Thread.currentThread();
    }
    try {
      return node.client().lease(node.nodeId(), request);
    } finally {
      synchronized (turn) {
        asking = null;
      }
    }
  }

  /** Whether to send the same wish again. */
  private boolean recover(ControllerException e, ControllerLink.Node node, int tries)
      throws InterruptedException {
    if (e.retryable()) {
      LOG.log(tries == 1 ? Level.WARNING : Level.DEBUG, "No work for now: {0}", e.sentence());
      return pause.beforeRetry(tries);
    }
    LOG.log(Level.WARNING, "The controller gives no work: {0}", e.sentence());
    if (!pause.beforeRetry(tries)) {
      return false;
    }
    if (ControllerLink.disowns(e) || e.status() == 409) {
      try {
        link.renew(node);
      } catch (ControllerException again) {
        LOG.log(Level.ERROR, "The controller takes this node no more: {0}", again.sentence());
      }
    }
    return false;
  }
}
