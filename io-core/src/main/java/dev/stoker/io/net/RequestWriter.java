package dev.stoker.io.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Puts requests on the wire (RFC 9112 §3). */
final class RequestWriter {
  private RequestWriter() {}

  /** Writes all of {@code call}; the future ends when its last byte went to the kernel. */
  static ChannelFuture write(Channel channel, HttpCall call) {
    HttpBody body = call.body();
    ByteBuf head = channel.alloc().directBuffer(512);
    ascii(head, call.method()).writeByte(' ');
    ascii(head, call.target());
    ascii(head, " HTTP/1.1\r\nHost: ");
    ascii(head, call.origin().authority());
    ascii(head, "\r\n");
    if (body.lengthBytes() > 0 || !call.isReplayable()) {
      ascii(head, "Content-Length: ");
      ascii(head, Long.toString(body.lengthBytes()));
      ascii(head, "\r\n");
    }
    for (HttpHeader header : call.headers()) {
      ascii(head, header.name());
      ascii(head, ": ");
      ascii(head, header.value());
      ascii(head, "\r\n");
    }
    ascii(head, "\r\n");
    if (body.lengthBytes() == 0) {
      return channel.writeAndFlush(head);
    }
    // Writes end in order: the body's future speaks for the head too.
    var _ = channel.write(head);
    return channel.writeAndFlush(Unpooled.wrappedBuffer(body.data().duplicate()));
  }

  /** A short reason for a person, from an exception that the network stack threw. */
  static String reason(@Nullable Throwable cause) {
    if (cause == null) {
      return "the connection failed";
    }
    Throwable telling = cause;
    while (telling instanceof SSLException && telling.getCause() != null) {
      // "General OpenSslEngine problem" helps nobody.
      telling = telling.getCause();
    }
    String message = telling.getMessage();
    return message == null || message.isBlank() ? telling.getClass().getSimpleName() : message;
  }

  private static ByteBuf ascii(ByteBuf to, String text) {
    ByteBufUtil.writeAscii(to, text);
    return to;
  }
}
