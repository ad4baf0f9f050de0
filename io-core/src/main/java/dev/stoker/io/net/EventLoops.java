package dev.stoker.io.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.Errors;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The event loops and the kind of channel that runs on them.
 *
 * <p>Why epoll before io_uring: with io_uring in Netty 4.2.18, a reset that comes right behind an
 * answer's head is not reported and the call hangs until its deadline; the like is netty issue
 * 17049. Little is lost: a body goes into the caller's buffer with one system call either way.
 *
 * @param poller what they wait with, never {@code AUTO}
 */
record EventLoops(
    TransportOptions.Poller poller, EventLoopGroup group, Class<? extends Channel> channelType) {

  static EventLoops start(TransportOptions options) {
    TransportOptions.Poller poller = choose(options.poller());
    IoHandlerFactory handlers =
        switch (poller) {
          case IO_URING -> IoUringIoHandler.newFactory();
          case EPOLL -> EpollIoHandler.newFactory();
          case NIO, AUTO -> NioIoHandler.newFactory();
        };
    Class<? extends Channel> type =
        switch (poller) {
          case IO_URING -> IoUringSocketChannel.class;
          case EPOLL -> EpollSocketChannel.class;
          case NIO, AUTO -> NioSocketChannel.class;
        };
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            options.ioThreads(), new DefaultThreadFactory("stoker-net", true), handlers);
    if (poller == TransportOptions.Poller.EPOLL) {
      group.execute(EventLoops::learnErrors);
    }
    return new EventLoops(poller, group, type);
  }

  /** Reads the texts of all errors, 5 ms before the first connection, or now, beside other work. */
  private static void learnErrors() {
    int _ = Errors.ERRNO_EAGAIN_NEGATIVE;
  }

  private static TransportOptions.Poller choose(TransportOptions.Poller wanted) {
    return switch (wanted) {
      case NIO -> wanted;
      case EPOLL -> Epoll.isAvailable() ? wanted : TransportOptions.Poller.NIO;
      case IO_URING -> IoUring.isAvailable() ? wanted : choose(TransportOptions.Poller.EPOLL);
      case AUTO -> choose(TransportOptions.Poller.EPOLL);
    };
  }
}
