package dev.stoker.controller.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One connection: requests one after the other, each answered before the next is looked at. Reads
 * only what somebody wants, one buffer at a time; while a request is in work it reads one buffer
 * ahead, since that is how the end of a connection shows.
 *
 * <p>All state belongs to the event loop; methods that other threads call say so.
 */
@SuppressWarnings({
  "FutureReturnValueIgnored", // Who writes learns of a failure when the channel closes.
  "ReferenceEquality"
})
final class Connection extends ChannelInboundHandlerAdapter {
  private static final long NEVER = Long.MAX_VALUE;

  /** For the rest of a body whose request was refused, so that the refusal arrives (no reset). */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private static final long LINGER_BYTES = 64L << 20;

  private final HttpServer server;
  private final Deque<HttpObject> inbox = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange current;

  /** Whether the current request's first bytes were seen, its handler runs, its answer began. */
  private boolean hurries;

  private boolean dispatched;
  private boolean answered;

  /** Whether the last answer is written, and only the rest of its request is waited for. */
  private boolean leaving;

  private long lingeredBytes;

  /** On the monotonic clock; read by the sweep. */
  private volatile long deadlineNanos;

  Connection(HttpServer server) {
    this.server = server;
  }

  HttpLimits limits() {
    return server.limits();
  }

  boolean isStopping() {
    return server.isStopping();
  }

  BodyBudget budget() {
    return server.budget();
  }

  Channel channel() {
    return context().channel();
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext known = context;
    if (known == null) {
      throw new IllegalStateException("The connection is not open yet.");
    }
    return known;
  }

  static Problem late() {
    return new Problem(408, "The request did not arrive whole in time; send it again.");
  }

  @Override
  public void channelActive(ChannelHandlerContext opened) {
    context = opened;
    endsIn(limits().arrival());
    server.opened(this);
    opened.read();
  }

  @Override
  public void channelInactive(ChannelHandlerContext closed) {
    server.closed(this);
    inbox.forEach(ReferenceCountUtil::release);
    inbox.clear();
    deadlineNanos = NEVER;
    Exchange left = current;
    if (left != null) {
      current = null;
      left.body.fail(new Problem(400, "The caller left before its request was whole."));
      left.end();
      server.wake(left);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
    // A reset, a failed handshake, something that is not TLS: nobody is left to tell.
    failed.close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext changed) {
    if (current != null) {
      server.wake(current);
    }
  }

  /** The first bytes of a request arrive: all of it has to, soon. */
  void bytesArrive() {
    if (current == null && !leaving && inbox.isEmpty() && !hurries) {
      hurries = true;
      endsIn(limits().arrival());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext reading, Object message) {
    inbox.add((HttpObject) message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext reading) {
    process();
  }

  private void process() {
    while (!inbox.isEmpty() && channel().isActive()) {
      if (leaving) {
        discard(inbox.remove());
      } else if (current == null) {
        begin(inbox.remove());
      } else if (current.body.isWanted()) {
        take(current, inbox.remove());
      } else {
        break;
      }
    }
    Exchange undispatched = current;
    if (undispatched != null && !dispatched && !answered) {
      dispatched = true;
      undispatched.dispatched();
      server.handle(undispatched);
    }
    boolean readsOn =
        leaving || current == null || current.body.isComplete() || current.body.isWanted();
    if (inbox.isEmpty() && readsOn) {
      context().read();
    }
  }

  private void begin(HttpObject first) {
    if (!(first instanceof HttpRequest head)) {
      ReferenceCountUtil.release(first);
      return;
    }
    answered = false;
    dispatched = false;
    hurries = false;
    var exchange = new Exchange(head, this);
    current = exchange;
    endsIn(limits().arrival());
    Answer.Whole refusal = Heads.refusal(head);
    if (refusal != null) {
      finish(exchange, refusal);
    }
  }

  private void take(Exchange exchange, HttpObject message) {
    HttpContent content = (HttpContent) message;
    try {
      if (content.decoderResult().isFailure()) {
        exchange.body.fail(new Problem(400, "The body is not as its headers say."));
        return;
      }
      boolean last = content instanceof LastHttpContent;
      exchange.body.take(content.content(), last);
      if (last) {
        deadlineNanos = NEVER;
      }
    } finally {
      content.release();
    }
  }

  private void discard(HttpObject message) {
    if (message instanceof HttpContent content) {
      lingeredBytes += content.content().readableBytes();
    }
    ReferenceCountUtil.release(message);
    if (lingeredBytes > LINGER_BYTES || message instanceof LastHttpContent) {
      context().close();
    }
  }

  /** The handler asks for the body; any thread. */
  void ask(Exchange exchange, int limitBytes, long declaredBytes) {
    channel()
        .eventLoop()
        .execute(
            () -> {
              if (exchange != current) {
                exchange.body.fail(new Problem(400, "The caller left."));
                return;
              }
              if (exchange.expectsContinue()) {
                context()
                    .writeAndFlush(
                        new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.CONTINUE,
                            Unpooled.EMPTY_BUFFER));
              }
              exchange.body.ask(limitBytes, declaredBytes);
              process();
            });
  }

  /** Answers and goes on to the next request; any thread. */
  void answer(Exchange exchange, Answer.Whole answer) {
    channel().eventLoop().execute(() -> finish(exchange, answer));
  }

  private void finish(Exchange exchange, Answer.Whole answer) {
    if (exchange != current || answered) {
      return;
    }
    boolean goesOn = goesOn(exchange);
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            Unpooled.wrappedBuffer(answer.body()));
    Heads.fill(response, answer.contentType(), answer.headers(), server.date(), goesOn);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
    answered = true;
    endsIn(limits().stall());
    afterWriting(exchange, context().writeAndFlush(response), goesOn);
  }

  /** Sends the head of a stream; any thread. */
  void begin(Exchange exchange, Answer.Stream answer) {
    channel()
        .eventLoop()
        .execute(
            () -> {
              if (exchange != current || answered) {
                return;
              }
              answered = true;
              deadlineNanos = NEVER;
              var response =
                  new DefaultHttpResponse(
                      HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()));
              boolean chunked = exchange.head.protocolVersion().isKeepAliveDefault();
              Heads.fill(
                  response,
                  answer.contentType(),
                  answer.headers(),
                  server.date(),
                  chunked && goesOn(exchange));
              if (chunked) {
                HttpUtil.setTransferEncodingChunked(response, true);
              }
              context().writeAndFlush(response);
            });
  }

  /** Ends a stream, whole or cut; any thread. */
  void end(Exchange exchange, boolean whole) {
    channel()
        .eventLoop()
        .execute(
            () -> {
              if (exchange != current) {
                return;
              }
              if (!whole) {
                context().close();
                return;
              }
              endsIn(limits().stall());
              boolean chunked = exchange.head.protocolVersion().isKeepAliveDefault();
              afterWriting(
                  exchange,
                  context().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT),
                  chunked && goesOn(exchange));
            });
  }

  private boolean goesOn(Exchange exchange) {
    return exchange.keepsAlive() && exchange.body.isComplete() && !server.isStopping();
  }

  private void afterWriting(Exchange exchange, ChannelFuture written, boolean goesOn) {
    written.addListener(
        done -> {
          if (exchange != current) {
            return;
          }
          if (!done.isSuccess()) {
            context().close();
          } else if (goesOn && !server.isStopping()) {
            current = null;
            endsIn(limits().idle());
            process();
          } else {
            leave(exchange);
          }
        });
  }

  private void leave(Exchange exchange) {
    current = null;
    if (exchange.body.isComplete()) {
      context().close();
      return;
    }
    leaving = true;
    endsIn(LINGER);
    SslHandler tls = channel().pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else {
      ((DuplexChannel) channel()).shutdownOutput();
    }
    process();
  }

  private void endsIn(Duration time) {
    deadlineNanos = System.nanoTime() + time.toNanos();
  }

  /** Any thread. */
  boolean isOverdue(long nowNanos) {
    long deadline = deadlineNanos;
    return deadline != NEVER && nowNanos - deadline > 0;
  }

  /** Ends what took too long; any thread. */
  void endOverdue() {
    channel()
        .eventLoop()
        .execute(
            () -> {
              if (!isOverdue(System.nanoTime())) {
                return;
              }
              if (current != null && !answered && !current.body.isComplete()) {
                // Its handler answers, now or when it asks for the body.
                deadlineNanos = NEVER;
                current.body.fail(late());
              } else {
                context().close();
              }
            });
  }

  /** Closes it unless a request is in work, which then ends it; any thread. */
  void stop() {
    channel()
        .eventLoop()
        .execute(
            () -> {
              Exchange busy = current;
              if (busy == null) {
                context().close();
              } else if (busy.endWait() && !answered) {
                finish(busy, HttpServer.stopping());
              }
            });
  }
}
