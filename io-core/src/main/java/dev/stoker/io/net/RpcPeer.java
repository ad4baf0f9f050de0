package dev.stoker.io.net;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One RPC server at one address and port: its connections, and the calls that wait for room on
 * them. One submission is one try: a call fails with {@link IoFailure.Unavailable} when its
 * connection is lost, and may be submitted again, here or elsewhere.
 *
 * <p>Thread-safe. All but the counters and {@link #submit} belongs to one event loop.
 */
public final class RpcPeer implements AutoCloseable {
  /** What may be out on a connection: fills 10 Gbit/s over 6 ms with four connections. */
  private static final int WINDOW_BYTES = 8 << 20;

  private static final int WINDOW_CALLS = 64;

  /** Whoever has so many calls waiting has lost control; say so. */
  private static final int MAX_WAITING = 16_384;

  private static final long TICK_MILLIS = 50;

  /** A tick that is later than that says that this machine was busy. */
  private static final long LATE_NANOS = 150_000_000;

  /** After which a server's connections are closed; a new one costs a round trip. */
  private static final long IDLE_SECONDS = 60;

  /** How long a server that refused a connection is left alone. */
  private static final long REDIAL_NANOS = 100_000_000;

  private final RpcDialer dialer;
  private final InetSocketAddress address;
  private final String name;
  private final RpcProcedure program;
  private final int maxConnections;
  private final long quietLimitNanos;
  private final long answerLimitNanos;
  private final EventLoop loop;
  private final AtomicLong dataBytesOut = new AtomicLong();
  private final LongAdder answeredBytes = new LongAdder();
  private volatile boolean alive = true;
  private volatile long heardNanos = System.nanoTime();
  private volatile boolean closed;
  private volatile boolean left;

  // Owned by the event loop: all below.
  private final List<RpcConnection> connections = new ArrayList<>();
  private final ArrayDeque<RpcCall> waiting = new ArrayDeque<>();
  private int dialing;
  private boolean flushDue;
  private long redialAtNanos = System.nanoTime();
  private @Nullable ScheduledFuture<?> ticking;
  private @Nullable ScheduledFuture<?> resting;
  private long tickDueNanos;

  RpcPeer(
      RpcDialer dialer,
      EventLoop loop,
      InetSocketAddress address,
      RpcProcedure program,
      int maxConnections,
      Duration quietLimit,
      Duration answerLimit) {
    this.dialer = dialer;
    this.loop = loop;
    this.address = address;
    this.name = address.getAddress().getHostAddress() + ":" + address.getPort();
    this.program = program;
    this.maxConnections = maxConnections;
    this.quietLimitNanos = quietLimit.toNanos();
    this.answerLimitNanos = answerLimit.toNanos();
  }

  public InetSocketAddress address() {
    return address;
  }

  /** {@code ADDRESS:PORT}. */
  public String name() {
    return name;
  }

  /** Whether nothing speaks against it: false from its last failure until it answers again. */
  public boolean isAlive() {
    return alive;
  }

  /** Bytes of data that calls which have not ended move. */
  public long dataBytesOut() {
    return dataBytesOut.get();
  }

  /** Bytes of data that its answered calls have moved. */
  public long answeredBytes() {
    return answeredBytes.sum();
  }

  /** When it last sent anything, on {@link System#nanoTime()}'s clock. */
  public long heardNanos() {
    return heardNanos;
  }

  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  RpcProcedure program() {
    return program;
  }

  Deadline farOff() {
    return Deadline.after(Duration.ofDays(1));
  }

  /**
   * Sends {@code call}. The future ends on the event loop; what is chained to it must not block.
   * Resubmitting a call whose future ended is allowed.
   */
  public CompletableFuture<RpcReply> submit(RpcCall call) {
    CompletableFuture<RpcReply> future = new CompletableFuture<>();
    call.future = future;
    call.peer = this;
    dataBytesOut.addAndGet(call.dataBytes());
    if (loop.inEventLoop()) {
      enqueue(call);
    } else {
      try {
        loop.execute(() -> enqueue(call));
      } catch (RejectedExecutionException e) {
        ended(call, stopping(call));
      }
    }
    return future;
  }

  private void enqueue(RpcCall call) {
    if (closed) {
      ended(call, stopping(call));
    } else if (call.abandoned) {
      ended(call, call.canceled());
    } else if (call.deadline.hasPassed()) {
      ended(call, timedOut(call));
    } else if (waiting.size() >= MAX_WAITING) {
      ended(
          call,
          new IoFailure.Unavailable(
              "Cannot "
                  + call.doing
                  + ": "
                  + MAX_WAITING
                  + " calls already wait for the server "
                  + name()
                  + ".",
              null));
    } else {
      waiting.add(call);
      pump();
      watch();
    }
  }

  private IoFailure stopping(RpcCall call) {
    if (left) {
      return lost("its name no longer stands for it");
    }
    return new IoFailure.Canceled("Cannot " + call.doing + ": Stoker is stopping.");
  }

  /** Sends what there is room for, and opens a connection where there is none. */
  void pump() {
    boolean sent = false;
    while (!waiting.isEmpty()) {
      RpcConnection best = leastBusy();
      if (best != null && best.dataBytesOut() > 0 && mayDial()) {
        dial();
      }
      if (best == null || !hasRoom(best, waiting.peek())) {
        break;
      }
      best.send(waiting.remove());
      sent = true;
    }
    if (sent && !flushDue) {
      // What else is asked for in this turn of the loop leaves with it: one system call for all.
      flushDue = true;
      loop.execute(this::flush);
    }
    if (!waiting.isEmpty() && mayDial()) {
      dial();
    }
  }

  private void flush() {
    flushDue = false;
    // A failing write takes its connection off the list, and none may be passed over for that.
    for (int i = connections.size() - 1; i >= 0; i--) {
      if (i < connections.size()) {
        connections.get(i).flush();
      }
    }
  }

  private static boolean hasRoom(RpcConnection connection, RpcCall call) {
    return connection.callsOut() == 0
        || (connection.callsOut() < WINDOW_CALLS
            && connection.dataBytesOut() + call.dataBytes() <= WINDOW_BYTES);
  }

  private @Nullable RpcConnection leastBusy() {
    RpcConnection best = null;
    for (RpcConnection each : connections) {
      if (best == null
          || each.dataBytesOut() < best.dataBytesOut()
          || (each.dataBytesOut() == best.dataBytesOut() && each.callsOut() < best.callsOut())) {
        best = each;
      }
    }
    return best;
  }

  private boolean mayDial() {
    return !closed
        && dialing == 0
        && connections.size() < maxConnections
        && System.nanoTime() - redialAtNanos >= 0;
  }

  private void dial() {
    dialing++;
    dialer.dial(
        loop,
        this,
        (connection, failure) -> {
          dialing--;
          if (connection == null) {
            dialFailed(failure == null ? new IOException("it failed") : failure);
          } else if (closed) {
            connection.close("Stoker is stopping");
          } else {
            connections.add(connection);
            pump();
          }
        });
  }

  /** Those who wait hear why, unless another connection can take them. */
  private void dialFailed(Throwable cause) {
    redialAtNanos = System.nanoTime() + REDIAL_NANOS;
    if (!connections.isEmpty()) {
      return;
    }
    alive = false;
    IoFailure failure =
        new IoFailure.Unavailable(
            "Cannot connect to the server " + name() + ": " + RequestWriter.reason(cause) + ".",
            cause);
    List<RpcCall> told = List.copyOf(waiting);
    waiting.clear();
    told.forEach(call -> ended(call, failure));
  }

  /** A connection is gone; its calls have been told. */
  void closed(RpcConnection connection) {
    connections.remove(connection);
    if (!closed) {
      pump();
    }
  }

  /** What becomes of a connection's calls when the server is no longer heard. */
  IoFailure.Unavailable lost(String why) {
    alive = false;
    return new IoFailure.Unavailable("Lost the server " + name() + ": " + why + ".", null);
  }

  IoFailure.TimedOut timedOut(RpcCall call) {
    return new IoFailure.TimedOut(
        "Gave up trying to " + call.doing + ": the server " + name() + " is slow or hangs.");
  }

  void replied(RpcCall call, byte[] message, int dataBytes) {
    alive = true;
    RpcReply reply;
    try {
      reply = RpcAnswer.read(call, name(), message, dataBytes);
    } catch (IoFailure e) {
      ended(call, e);
      return;
    } catch (XdrReader.BadXdrException e) {
      ended(call, corrupt(call, String.valueOf(e.getMessage())));
      return;
    }
    dataBytesOut.addAndGet(-call.dataBytes());
    answeredBytes.add(call.dataBytes());
    call.future.complete(reply);
  }

  IoFailure.Corrupt corrupt(RpcCall call, String because) {
    return new IoFailure.Corrupt(
        "Cannot "
            + call.doing
            + ": the reply of "
            + name()
            + " cannot be used, because "
            + because
            + ".");
  }

  /** Fails a call that nothing touches any more. */
  void ended(RpcCall call, Throwable failure) {
    call.rewind();
    dataBytesOut.addAndGet(-call.dataBytes());
    call.future.completeExceptionally(failure);
  }

  void abandon(RpcCall call) {
    try {
      loop.execute(
          () -> {
            if (waiting.remove(call)) {
              ended(call, call.canceled());
            } else {
              List.copyOf(connections).forEach(each -> each.forget(call, call.canceled()));
            }
          });
    } catch (RejectedExecutionException e) {
      // The loop has ended, and with it every call.
    }
  }

  private void watch() {
    if (resting != null) {
      resting.cancel(false);
      resting = null;
    }
    if (ticking == null) {
      tickDueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
      ticking = loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    ticking = null;
    long now = System.nanoTime();
    long late = now - tickDueNanos;
    long forgiven = late > LATE_NANOS ? late : 0;
    for (RpcCall call : List.copyOf(waiting)) {
      if (call.deadline.atNanos() - now <= 0) {
        waiting.remove(call);
        ended(call, timedOut(call));
      }
    }
    List.copyOf(connections)
        .forEach(each -> each.tick(now, forgiven, quietLimitNanos, answerLimitNanos));
    pump();
    if (!waiting.isEmpty() || connections.stream().anyMatch(each -> each.callsOut() > 0)) {
      watch();
    } else if (!closed && resting == null) {
      resting = loop.schedule(this::closeIdle, IDLE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Nobody asked for anything for a while: the connections are somebody else's to have. */
  private void closeIdle() {
    resting = null;
    for (RpcConnection each : List.copyOf(connections)) {
      each.close("nobody needs it");
    }
    alive = true;
  }

  /** As {@link #close}, and calls fail in a way that another address may answer them. */
  void leave() {
    left = true;
    close();
  }

  /** Ends its connections; calls that are out fail. */
  @Override
  public void close() {
    closed = true;
    try {
      loop.execute(
          () -> {
            List<RpcCall> told = List.copyOf(waiting);
            waiting.clear();
            told.forEach(call -> ended(call, stopping(call)));
            List.copyOf(connections).forEach(each -> each.close("Stoker is stopping"));
          });
    } catch (RejectedExecutionException e) {
      // The loop has ended, and with it every call.
    }
  }

  /** Told how dialling ended. */
  interface Dialled {
    /** Exactly one of the two is there. */
    void end(@Nullable RpcConnection connection, @Nullable Throwable failure);
  }
}
