package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one origin. A call takes the idle connection that was used last (its window is
 * open, its path is warm), opens one while there are fewer than the limit, or waits in line until
 * its deadline.
 *
 * <p>Thread-safe: {@code lock} guards all fields below it. Nothing foreign is called under the
 * lock.
 */
final class OriginPool {
  /** Whoever has so many calls waiting for connections has lost control; say so. */
  private static final int MAX_WAITING = 16_384;

  private final HttpOrigin origin;
  private final int maxConnections;
  private final Connector connector;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Connection> idle = new ArrayDeque<>();
  private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
  private int connections;
  private boolean closed;

  OriginPool(HttpOrigin origin, int maxConnections, Connector connector) {
    this.origin = origin;
    this.maxConnections = maxConnections;
    this.connector = connector;
  }

  /** Takes a call that will end by its deadline, whatever happens. */
  void submit(Exchange exchange) {
    Connection ready;
    boolean connect = false;
    IoFailure refusal = null;
    lock.lock();
    try {
      ready = idle.pollLast();
      exchange.carrier = ready;
      if (ready == null) {
        refusal = whyNotWait(exchange);
        if (refusal == null) {
          waiting.add(exchange);
          exchange.waitTimer =
              connector
                  .timer()
                  .schedule(
                      () -> waitedTooLong(exchange),
                      Math.max(0, exchange.deadline.remainingNanos()),
                      TimeUnit.NANOSECONDS);
          if (connections < maxConnections) {
            connections++;
            connect = true;
          }
        }
      }
    } finally {
      lock.unlock();
    }
    if (ready != null) {
      ready.start(exchange);
    } else if (refusal != null) {
      exchange.fail(refusal);
    } else if (connect) {
      connector.connect(this, origin);
    }
  }

  private @Nullable IoFailure whyNotWait(Exchange exchange) {
    if (closed) {
      return new IoFailure.Canceled("Cannot send " + exchange.call + ": Stoker is stopping.");
    }
    if (exchange.abandoned) {
      return new IoFailure.Canceled("Gave up " + exchange.call + ", as was asked for.");
    }
    return waiting.size() < MAX_WAITING
        ? null
        : new IoFailure.Unavailable(
            "Cannot send "
                + exchange.call
                + ": "
                + MAX_WAITING
                + " calls already wait for a connection to "
                + origin
                + ".",
            null);
  }

  /** A connection is free: a new one, or one whose answer is complete. On its event loop. */
  void release(Connection connection) {
    Exchange next;
    boolean drop;
    lock.lock();
    try {
      drop = closed;
      next = takeWaiting();
      if (next != null) {
        next.carrier = connection;
      } else if (!drop) {
        idle.addLast(connection);
      }
    } finally {
      lock.unlock();
    }
    if (next != null) {
      connection.start(next);
    } else if (drop) {
      connection.drop();
    } else {
      connection.watch();
    }
  }

  /** A connection is gone. */
  void closed(Connection connection) {
    boolean connect;
    lock.lock();
    try {
      idle.remove(connection);
      connections--;
      connect = needsConnection();
    } finally {
      lock.unlock();
    }
    if (connect) {
      connector.connect(this, origin);
    }
  }

  /** No connection came about: one of those who wait hears why. */
  void connectFailed(IoFailure failure) {
    Exchange told;
    boolean connect;
    lock.lock();
    try {
      connections--;
      told = takeWaiting();
      connect = needsConnection();
    } finally {
      lock.unlock();
    }
    if (told != null) {
      told.fail(failure);
    }
    if (connect) {
      connector.connect(this, origin);
    }
  }

  /** Lets go of a call wherever it is. */
  void abandon(Exchange exchange) {
    boolean waited;
    Connection carrier;
    lock.lock();
    try {
      exchange.abandoned = true;
      waited = waiting.remove(exchange);
      if (waited) {
        stopTimer(exchange);
      }
      carrier = exchange.carrier;
    } finally {
      lock.unlock();
    }
    if (waited) {
      exchange.fail(new IoFailure.Canceled("Gave up " + exchange.call + ", as was asked for."));
    } else if (carrier != null) {
      carrier.abandon(exchange);
    }
  }

  void close() {
    ArrayDeque<Exchange> told;
    ArrayDeque<Connection> dropped;
    lock.lock();
    try {
      closed = true;
      told = new ArrayDeque<>(waiting);
      told.forEach(OriginPool::stopTimer);
      waiting.clear();
      dropped = new ArrayDeque<>(idle);
      idle.clear();
    } finally {
      lock.unlock();
    }
    for (Exchange exchange : told) {
      exchange.fail(
          new IoFailure.Canceled("Cannot send " + exchange.call + ": Stoker is stopping."));
    }
    dropped.forEach(Connection::drop);
  }

  private void waitedTooLong(Exchange exchange) {
    boolean waited;
    lock.lock();
    try {
      waited = waiting.remove(exchange);
    } finally {
      lock.unlock();
    }
    if (waited) {
      exchange.fail(exchange.timedOut("while it waited for a connection"));
    }
  }

  /** Under the lock: counts the connection that the caller then opens. */
  private boolean needsConnection() {
    if (closed || waiting.isEmpty() || connections >= maxConnections) {
      return false;
    }
    connections++;
    return true;
  }

  private @Nullable Exchange takeWaiting() {
    Exchange next = waiting.pollFirst();
    if (next != null) {
      stopTimer(next);
    }
    return next;
  }

  private static void stopTimer(Exchange exchange) {
    if (exchange.waitTimer != null) {
      exchange.waitTimer.cancel(false);
      exchange.waitTimer = null;
    }
  }
}
