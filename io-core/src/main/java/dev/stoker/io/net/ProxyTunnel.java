package dev.stoker.io.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks a proxy for a way through ({@code CONNECT}, RFC 9110 §9.3.6). On one event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // All outcomes are told by one future.
final class ProxyTunnel extends InboundHandler implements AnswerDecoder.Listener {
  private final HttpOrigin origin;
  private final @Nullable String authorization;
  private final Duration timeout;
  private final AnswerDecoder decoder = new AnswerDecoder();
  private final CompletableFuture<Void> open = new CompletableFuture<>();

  ProxyTunnel(HttpOrigin origin, @Nullable String authorization, Duration timeout) {
    this.origin = origin;
    this.authorization = authorization;
    this.timeout = timeout;
  }

  CompletableFuture<Void> open(Channel channel) {
    // Without a body, whatever the head says: what follows belongs to the tunnel.
    decoder.begin(true);
    String target = origin.host().indexOf(':') < 0 ? origin.host() : "[" + origin.host() + "]";
    String request =
        "CONNECT %1$s:%2$d HTTP/1.1\r\nHost: %1$s:%2$d\r\n%3$s\r\n"
            .formatted(
                target,
                origin.port(),
                authorization == null ? "" : "Proxy-Authorization: " + authorization + "\r\n");
    channel.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.ISO_8859_1));
    var timer =
        channel
            .eventLoop()
            .schedule(
                () -> open.completeExceptionally(new IOException("the proxy did not answer")),
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
    open.whenComplete((nothing, failure) -> timer.cancel(false));
    return open;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      decoder.feed(in, this);
      if (decoder.isDone() && in.isReadable()) {
        open.completeExceptionally(new IOException("the proxy sent more than an answer"));
      }
    } catch (BadAnswerException e) {
      open.completeExceptionally(new IOException("the proxy's answer is bad: " + e.what));
    } finally {
      in.release();
    }
  }

  @Override
  public void head(AnswerHead head) {
    if (head.status() / 100 == 2) {
      open.complete(null);
    } else {
      open.completeExceptionally(
          new IOException("the proxy answered " + head.status() + " to CONNECT"));
    }
  }

  @Override
  public void body(ByteBuf from, int lengthBytes) {
    throw new IllegalStateException("The answer to CONNECT has no body.");
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    open.completeExceptionally(new IOException("the proxy closed the connection"));
  }
}
