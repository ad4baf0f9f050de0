package dev.stoker.controller.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The socket that takes connections in, and the event loops that they live on. */
@SuppressWarnings("FutureReturnValueIgnored") // Loops end by themselves; so do tasks with them.
final class Listener implements AutoCloseable {
  /** Reading and writing of 4,000 nodes' requests is a fraction of one core. */
  private static final int MOST_LOOPS = 4;

  private static final int BACKLOG = 1_024;
  private static final int LONGEST_STOP_SECONDS = 5;

  private final EventLoopGroup loops;
  private final Channel socket;

  private Listener(EventLoopGroup loops, Channel socket) {
    this.loops = loops;
    this.socket = socket;
  }

  /**
   * @throws IOException when the address is taken or not this machine's
   */
  static Listener open(InetSocketAddress listen, ChannelInitializer<Channel> pipeline)
      throws IOException {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    int count = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_LOOPS);
    var loops =
        new MultiThreadIoEventLoopGroup(
            count, new DefaultThreadFactory("controller-http", true), handlers);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.AUTO_READ, false)
            // Answers are small: Nagle's algorithm would hold each back for 40 ms.
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            // One buffer for each time somebody wants to read: nothing piles up in a connection.
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(512, 2_048, 64 << 10).maxMessagesPerRead(1))
            .childHandler(pipeline)
            .bind(listen)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loops.shutdownGracefully(0, LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
      Throwable cause = bound.cause();
      throw cause instanceof IOException known ? known : new IOException(cause.getMessage(), cause);
    }
    return new Listener(loops, bound.channel());
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.localAddress();
  }

  void everySecond(Runnable task) {
    loops.next().scheduleAtFixedRate(task, 1, 1, TimeUnit.SECONDS);
  }

  /** Takes no further connections; those that are open go on. */
  void stopListening() {
    socket.close().awaitUninterruptibly(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Does what other threads gave it (last answers), closes what is open still, and ends the loops.
   */
  @Override
  public void close() {
    stopListening();
    if (!loops.isShuttingDown()) {
      runQueued();
    }
    loops
        .shutdownGracefully(0, LONGEST_STOP_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
  }

  /** A loop that is told to end closes its connections first, and would write answers to nobody. */
  private void runQueued() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_STOP_SECONDS);
    List<Future<?>> marks = new ArrayList<>();
    loops.forEach(loop -> marks.add(loop.submit(() -> {})));
    for (Future<?> mark : marks) {
      mark.awaitUninterruptibly(Math.max(end - System.nanoTime(), 0), TimeUnit.NANOSECONDS);
    }
  }
}
