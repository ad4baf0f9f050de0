package dev.stoker.io.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Opens connections to RPC servers. As root from a port below 1024, which many exports insist on
 * ({@code secure} in exports(5)): it shows that no ordinary user made up the uid.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Outcomes go to whoever dialled.
final class RpcDialer {
  /** As the kernel's client: lower ones belong to well-known services. */
  private static final int LOWEST_PORT = 665;

  private static final int PORTS = 1024 - LOWEST_PORT;

  /** A machine whose secure ports are all taken does as well with any other. */
  private static final int PORT_TRIES = 64;

  private final TransportOptions options;
  private final Class<? extends Channel> channelType;
  private final boolean secure = isRoot();

  RpcDialer(TransportOptions options, EventLoops loops) {
    this.options = options;
    this.channelType = loops.channelType();
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Connects {@code peer}, on its event loop. */
  void dial(EventLoop loop, RpcPeer peer, RpcPeer.Dialled end) {
    dial(loop, peer, secure ? PORT_TRIES : 0, end);
  }

  private void dial(EventLoop loop, RpcPeer peer, int portTries, RpcPeer.Dialled end) {
    RpcConnection connection = new RpcConnection(peer);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(channelType)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) options.connectTimeout().toMillis())
            .handler(
                new FirstHandler(
                    channel -> {
                      channel.config().setRecvByteBufAllocator(new DirectReads(connection));
                      channel.pipeline().addLast(connection);
                    }));
    if (portTries > 0) {
      bootstrap
          .option(ChannelOption.SO_REUSEADDR, true)
          .localAddress(LOWEST_PORT + ThreadLocalRandom.current().nextInt(PORTS));
    }
    ChannelFuture dialled = bootstrap.connect(peer.address());
    dialled.addListener(
        done -> {
          if (done.isSuccess()) {
            connection.opened(dialled.channel());
            end.end(connection, null);
          } else if (portTries > 0 && isAboutPort(done.cause())) {
            dial(loop, peer, portTries - 1, end);
          } else {
            end.end(null, done.cause());
          }
        });
  }

  /** Whether another port of ours may do: taken, or not ours to take. */
  private static boolean isAboutPort(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return cause instanceof BindException
        || message.contains("Address already in use")
        || message.contains("Cannot assign requested address")
        || message.contains("bind");
  }
}
