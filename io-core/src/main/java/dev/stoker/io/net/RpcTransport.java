package dev.stoker.io.net;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Calls ONC RPC servers over TCP (RFC 5531). Got from {@link HttpTransport#rpc()}, whose event
 * loops it shares and with which it ends. Thread-safe.
 */
public final class RpcTransport {
  private final TransportOptions options;
  private final EventLoops loops;
  private final RpcDialer dialer;
  private final Set<RpcPeer> peers = ConcurrentHashMap.newKeySet();

  RpcTransport(TransportOptions options, EventLoops loops) {
    this.options = options;
    this.loops = loops;
    this.dialer = new RpcDialer(options, loops);
  }

  /**
   * The server at {@code address}; connects when the first call is submitted.
   *
   * @param program what it serves, for asking whether it is there
   * @param connections upper limit, ≥ 1
   * @param quietLimit a server that was asked something and says nothing for so long, not even that
   *     it is there, is given up
   * @param answerLimit a call that was sent and is not answered for so long fails, although the
   *     server is there
   */
  public RpcPeer open(
      InetSocketAddress address,
      RpcProcedure program,
      int connections,
      Duration quietLimit,
      Duration answerLimit) {
    EventLoop loop = loops.group().next();
    RpcPeer peer =
        new RpcPeer(dialer, loop, address, program, connections, quietLimit, answerLimit);
    peers.add(peer);
    return peer;
  }

  /** How long servers may say nothing before what waits for them fails. */
  public Duration answerTimeout() {
    return options.rpcTimeout();
  }

  /** Ends a server's connections. */
  public void close(RpcPeer peer) {
    peers.remove(peer);
    peer.leave();
  }

  /** Runs {@code chore}, which must not block, later on an event loop; not at all when stopping. */
  public void later(Runnable chore, Duration delay) {
    if (!loops.group().isShuttingDown()) {
      var _ = loops.group().schedule(chore, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  void close() {
    peers.forEach(RpcPeer::close);
    peers.clear();
  }
}
