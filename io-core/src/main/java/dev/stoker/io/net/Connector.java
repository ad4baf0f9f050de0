package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections: resolves the name off the event loop, tries its addresses in turn, adds TLS.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Outcomes go to the pool, not into futures.
final class Connector {
  /** After so many addresses that do not answer, an origin is out of reach. */
  private static final int MAX_ADDRESSES = 3;

  private final TransportOptions options;
  private final EventLoops loops;
  private final TlsClient tls;
  private final AtomicInteger rotation = new AtomicInteger();

  Connector(TransportOptions options, EventLoops loops) {
    this.options = options;
    this.loops = loops;
    this.tls = new TlsClient(options.caFile());
  }

  /** Where waits are timed. */
  EventLoop timer() {
    return loops.group().next();
  }

  /** Ends in exactly one of the pool's {@code release} and {@code connectFailed}. */
  void connect(OriginPool pool, HttpOrigin origin) {
    HttpOrigin proxy = options.proxy().proxyFor(origin);
    HttpOrigin next = proxy == null ? origin : proxy;
    try {
      dial(pool, origin, proxy, new InetAddress[] {InetAddress.ofLiteral(next.host())}, 0);
    } catch (IllegalArgumentException e) {
      // A name: looking it up blocks for as long as the resolver likes.
      Thread.ofVirtual()
          .name("stoker-resolve")
          .start(
              () -> {
                try {
                  InetAddress[] all = InetAddress.getAllByName(next.host());
                  dial(pool, origin, proxy, all, rotation.getAndIncrement() & 0xffff);
                } catch (UnknownHostException unknown) {
                  pool.connectFailed(
                      new IoFailure.Unavailable(
                          "Cannot reach "
                              + origin
                              + ": no address is known for the host "
                              + next.host()
                              + "; check the name and this machine's DNS.",
                          unknown));
                }
              });
    }
  }

  private void dial(
      OriginPool pool,
      HttpOrigin origin,
      @Nullable HttpOrigin proxy,
      InetAddress[] addresses,
      int turn) {
    dial(pool, origin, proxy, addresses, turn, Math.min(addresses.length, MAX_ADDRESSES));
  }

  private void dial(
      OriginPool pool,
      HttpOrigin origin,
      @Nullable HttpOrigin proxy,
      InetAddress[] addresses,
      int turn,
      int triesLeft) {
    Connection connection = new Connection(pool, options, origin.secure());
    InetAddress address = addresses[turn % addresses.length];
    int port = proxy == null ? origin.port() : proxy.port();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.channelType())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) options.connectTimeout().toMillis())
            .handler(
                new FirstHandler(
                    channel ->
                        channel.config().setRecvByteBufAllocator(new DirectReads(connection))));
    bootstrap
        .connect(new InetSocketAddress(address, port))
        .addListener(
            (io.netty.channel.ChannelFuture dialled) -> {
              if (dialled.isSuccess()) {
                greet(pool, origin, proxy, connection, dialled.channel());
              } else if (triesLeft > 1) {
                dial(pool, origin, proxy, addresses, turn + 1, triesLeft - 1);
              } else {
                pool.connectFailed(unreachable(origin, proxy, dialled.cause()));
              }
            });
  }

  /** On the event loop, connected: proxy, then TLS, then ready. */
  private void greet(
      OriginPool pool,
      HttpOrigin origin,
      @Nullable HttpOrigin proxy,
      Connection connection,
      Channel channel) {
    if (proxy == null) {
      secure(pool, origin, connection, channel);
      return;
    }
    ProxyTunnel tunnel =
        new ProxyTunnel(origin, options.proxy().authorization(), options.connectTimeout());
    channel.pipeline().addLast(tunnel);
    tunnel
        .open(channel)
        .whenComplete(
            (nothing, failure) -> {
              if (failure == null) {
                channel.pipeline().remove(tunnel);
                secure(pool, origin, connection, channel);
              } else {
                channel.close();
                pool.connectFailed(unreachable(origin, proxy, failure));
              }
            });
  }

  private void secure(OriginPool pool, HttpOrigin origin, Connection connection, Channel channel) {
    connection.opened(channel);
    if (!origin.secure()) {
      channel.pipeline().addLast(connection);
      pool.release(connection);
      return;
    }
    SslHandler handler;
    try {
      handler = tls.handlerFor(origin, channel.alloc(), options.connectTimeout());
    } catch (IoFailure e) {
      channel.close();
      pool.connectFailed(e);
      return;
    }
    InboundHandler guard = new HandshakeGuard();
    channel.pipeline().addLast(handler, guard);
    handler
        .handshakeFuture()
        .addListener(
            (Future<Channel> shaken) -> {
              if (shaken.isSuccess() && channel.isActive()) {
                channel.pipeline().remove(guard);
                channel.pipeline().addLast(connection);
                pool.release(connection);
              } else {
                channel.close();
                Throwable cause = shaken.cause();
                pool.connectFailed(
                    cause == null
                        ? unreachable(origin, null, new ClosedChannelException())
                        : untrusted(origin, cause));
              }
            });
  }

  private static IoFailure unreachable(
      HttpOrigin origin, @Nullable HttpOrigin proxy, Throwable cause) {
    return new IoFailure.Unavailable(
        "Cannot connect to "
            + origin
            + (proxy == null ? "" : " through the proxy " + proxy)
            + ": "
            + RequestWriter.reason(cause)
            + ".",
        cause);
  }

  private static IoFailure untrusted(HttpOrigin origin, Throwable cause) {
    return new IoFailure.Unavailable(
        "Cannot speak TLS with "
            + origin
            + ": "
            + RequestWriter.reason(cause)
            + "; if its certificate is signed by your own authority, name that in SSL_CERT_FILE.",
        cause);
  }

  /** The handshake's future tells of its failure; the pipeline need not. */
  private static final class HandshakeGuard extends InboundHandler {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
