package dev.stoker.io.net;

import dev.stoker.io.asset.Deadline;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Sends HTTP/1.1 requests over pooled connections. One call is one try, except that a GET or HEAD
 * is sent again when the pooled connection it was put on turns out to be closed.
 *
 * <p>Futures end on an I/O thread: what is chained to them must not block (or be chained with
 * {@code …Async}). They fail with an {@link dev.stoker.io.asset.IoFailure}, by the deadline at the
 * latest. Canceling one drops its connection; it then still ends, once nothing of the caller's is
 * in use.
 *
 * <p>Thread-safe.
 */
public final class HttpTransport implements AutoCloseable {
  private static final long STOP_TIMEOUT_MILLIS = 2_000;

  private final TransportOptions options;
  private final EventLoops loops;
  private final Connector connector;
  private final Map<HttpOrigin, OriginPool> pools = new ConcurrentHashMap<>();
  private final RpcTransport rpc;
  private volatile boolean closed;

  public HttpTransport(TransportOptions options) {
    this.options = options;
    this.loops = EventLoops.start(options);
    this.connector = new Connector(options, loops);
    this.rpc = new RpcTransport(options, loops);
  }

  /** ONC RPC over the same event loops; ends with this transport. */
  public RpcTransport rpc() {
    return rpc;
  }

  /**
   * Sends {@code call} and collects the answer, whatever its status, with a body of at most {@link
   * HttpCall#maxAnswerBytes()}.
   */
  public CompletableFuture<HttpAnswer> send(HttpCall call, Deadline deadline) {
    OriginPool pool = poolFor(call.origin());
    Exchange.Small exchange = new Exchange.Small(call, deadline, pool);
    pool.submit(exchange);
    return exchange.future;
  }

  /**
   * Sends {@code call} and puts the answer's body into {@code into}, from its position to its
   * limit, if {@code check} accepts the head; over and over where {@link RangeCheck#wantedBytes}
   * are more than it takes. The position moves behind the last byte when the future ends well, and
   * is back where it was otherwise. A direct buffer is filled by the kernel, without a copy.
   */
  public CompletableFuture<Void> readInto(
      HttpCall call, ByteBuffer into, RangeCheck check, Deadline deadline) {
    OriginPool pool = poolFor(call.origin());
    Exchange.Range exchange = new Exchange.Range(call, into, check, deadline, pool);
    pool.submit(exchange);
    return exchange.future;
  }

  /** What sockets are waited for with: {@code IO_URING}, {@code EPOLL} or {@code NIO}. */
  public TransportOptions.Poller poller() {
    return loops.poller();
  }

  private OriginPool poolFor(HttpOrigin origin) {
    if (closed) {
      throw new IllegalStateException("The transport is closed.");
    }
    return pools.computeIfAbsent(
        origin, o -> new OriginPool(o, options.connectionsPerOrigin(), connector));
  }

  /** Fails what is under way and joins the event loops. */
  @Override
  public void close() {
    closed = true;
    pools.values().forEach(OriginPool::close);
    rpc.close();
    var _ =
        loops
            .group()
            .shutdownGracefully(0, STOP_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
            .awaitUninterruptibly(STOP_TIMEOUT_MILLIS * 2);
  }
}
