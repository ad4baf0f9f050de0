package dev.stoker.io.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Consumer;

/** Sets a channel up once it has an event loop, and leaves. */
final class FirstHandler extends InboundHandler {
  private final Consumer<Channel> setUp;

  FirstHandler(Consumer<Channel> setUp) {
    this.setUp = setUp;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    setUp.accept(context.channel());
    context.pipeline().remove(this);
  }
}
