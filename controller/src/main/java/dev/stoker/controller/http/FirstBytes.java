package dev.stoker.controller.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Tells a connection that a request begins to arrive, before its head is whole. */
final class FirstBytes extends ChannelInboundHandlerAdapter {
  private final Connection connection;

  FirstBytes(Connection connection) {
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    connection.bytesArrive();
    context.fireChannelRead(bytes);
  }
}
