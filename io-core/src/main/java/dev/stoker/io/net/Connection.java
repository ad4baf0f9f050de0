package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.epoll.EpollSocketChannel;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one origin; carries one exchange at a time. Everything here runs on its event
 * loop but {@link #start} and {@link #abandon}, which go there.
 */
// Closing a channel tells its outcome to channelInactive; nobody needs the future as well.
@SuppressWarnings({"FutureReturnValueIgnored", "ReferenceEquality"})
final class Connection extends InboundHandler
    implements AnswerDecoder.Listener, DirectReads.Target {
  /** Room for a usual head with what comes along in the first segments. */
  private static final int HEAD_READ_BYTES = 4 << 10;

  private static final int BODY_READ_BYTES = 64 << 10;

  private static final int SMALL_BODY_BYTES = 32 << 10;

  /** What came between a splice and the read behind it: copied, so not too much of it. */
  private static final int BESIDE_SPLICE_BYTES = 16 << 10;

  private static final int SPLICE_BYTES = 1 << 20;

  /** So often a connection splices before others get their turn. */
  private static final int SPLICES_IN_A_ROW = 8;

  /** Below this, copying what came with the head is cheaper than another system call. */
  private static final long DIRECT_FROM_BYTES = 1 << 10;

  /** How much longer a connection may be quiet whose last bytes may not have woken anybody. */
  private static final long LOOK_AGAIN_NANOS = 1_000_000_000;

  private final OriginPool pool;
  private final TransportOptions options;
  private final AnswerDecoder decoder = new AnswerDecoder();
  private final WakeThreshold wakeThreshold = new WakeThreshold();
  private final SpareBuffer spare = new SpareBuffer(HEAD_READ_BYTES + SMALL_BODY_BYTES);
  private final boolean secure;
  private @Nullable Channel channel;

  private @Nullable Exchange exchange;

  /** Wraps the rest of the caller's buffer, until the exchange ends. */
  private final DirectBuffer direct = new DirectBuffer();

  private boolean reused;
  private boolean answerBegun;
  private boolean requestSent;
  private long lastProgressNanos = System.nanoTime();
  private final BoundTimer timer = new BoundTimer(this::boundNanos, this::boundPassed);

  Connection(OriginPool pool, TransportOptions options, boolean secure) {
    this.pool = pool;
    this.options = options;
    this.secure = secure;
  }

  void opened(Channel open) {
    channel = open;
  }

  private Channel channel() {
    Channel open = channel;
    if (open == null) {
      throw new IllegalStateException("The connection was never opened.");
    }
    return open;
  }

  /** Sends {@code next}; from any thread, while the connection is nobody else's. */
  void start(Exchange next) {
    if (channel().eventLoop().inEventLoop()) {
      begin(next);
    } else {
      channel().eventLoop().execute(() -> begin(next));
    }
  }

  /** Drops the connection if it still carries {@code unwanted}; from any thread. */
  void abandon(Exchange unwanted) {
    channel()
        .eventLoop()
        .execute(
            () -> {
              if (exchange == unwanted) {
                abort(new IoFailure.Canceled("Gave up " + unwanted.call + ", as was asked for."));
              }
            });
  }

  /** Closes the connection; from any thread, when it carries nothing. */
  void drop() {
    if (channel().eventLoop().isShuttingDown()) {
      // It closes its channels itself.
      return;
    }
    channel().close();
  }

  private void begin(Exchange next) {
    exchange = next;
    decoder.begin(next.call.method().equals("HEAD"));
    answerBegun = false;
    requestSent = false;
    lastProgressNanos = System.nanoTime();
    wakeThreshold.begin(lastProgressNanos);
    if (next.abandoned) {
      abort(new IoFailure.Canceled("Gave up " + next.call + ", as was asked for."));
      return;
    }
    if (!channel().isActive()) {
      // It closed while it was idle; nothing was sent, so any request may go another way.
      exchange = null;
      sendAnotherWay(next);
      return;
    }
    RequestWriter.write(channel(), next.call)
        .addListener(
            (ChannelFutureListener)
                sent -> {
                  if (exchange != next) {
                    return;
                  }
                  requestSent = true;
                  lastProgressNanos = System.nanoTime();
                  if (sent.isSuccess()) {
                    watch();
                  } else {
                    abort(next.notSent(sent.cause()));
                  }
                });
    watch();
  }

  @Override
  public int nextReadBytes() {
    Exchange current = exchange;
    if (secure || (current != null && answerBegun)) {
      return current != null && current.spliceTarget() != null
          ? BESIDE_SPLICE_BYTES
          : BODY_READ_BYTES;
    }
    // A small answer comes whole: copying it costs less than a second system call.
    ByteBuffer target = current == null ? null : current.directTarget();
    return target != null && target.remaining() <= SMALL_BODY_BYTES
        ? HEAD_READ_BYTES + target.remaining()
        : HEAD_READ_BYTES;
  }

  @Override
  public ByteBuf ownBuffer(ByteBufAllocator allocator, int bytes) {
    return spare.take(allocator, bytes);
  }

  @Override
  public void beforeRead() {
    Exchange current = exchange;
    SpliceTarget target = current == null ? null : current.spliceTarget();
    if (secure
        || current == null
        || target == null
        || decoder.plainBodyBytes() < DIRECT_FROM_BYTES) {
      return;
    }
    try {
      splice(current, target);
    } catch (RuntimeException e) {
      abort(e);
    }
  }

  /** Ends in {@link #channelReadComplete} if that was the last of the body. */
  private void splice(Exchange current, SpliceTarget target) {
    if (!(channel() instanceof EpollSocketChannel socket)) {
      current.stopSplicing();
      return;
    }
    int descriptor = socket.fd().intValue();
    long offset = current.gotBytes();
    int moved = 0;
    try {
      for (int i = 0; i < SPLICES_IN_A_ROW && moved < decoder.plainBodyBytes(); i++) {
        int most = (int) Math.min(SPLICE_BYTES, decoder.plainBodyBytes() - moved);
        int count = target.splice(descriptor, offset + moved, most);
        if (count == SpliceTarget.USELESS) {
          current.stopSplicing();
        }
        if (count <= 0) {
          break;
        }
        moved += count;
      }
    } finally {
      if (moved > 0) {
        tookSpliced(current, socket, moved);
      }
    }
  }

  private void tookSpliced(Exchange current, EpollSocketChannel socket, int count) {
    lastProgressNanos = System.nanoTime();
    decoder.skipPlainBody(count);
    current.spliced(count);
    wakeThreshold.took(socket, count, decoder.plainBodyBytes(), lastProgressNanos);
  }

  @Override
  public @Nullable ByteBuf directTarget() {
    Exchange current = exchange;
    if (secure
        || current == null
        || decoder.plainBodyBytes() < DIRECT_FROM_BYTES
        || current.spliceTarget() != null) {
      return null;
    }
    if (!direct.isOpen()) {
      ByteBuffer into = current.directTarget();
      return into == null ? null : direct.open(into.slice());
    }
    return direct.get();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    Exchange current = exchange;
    try {
      if (current == null) {
        // An unasked answer: the server says why it closes, or is out of step.
        context.close();
        return;
      }
      if (decoder.isDone()) {
        // The last of it was spliced; what is this?
        finish(current, true);
        return;
      }
      lastProgressNanos = System.nanoTime();
      answerBegun = true;
      boolean inPlace = direct.is(in);
      if (inPlace) {
        int count = direct.took();
        current.tookDirect(count);
        if (direct.isFull() || current.handsOnAtOnce()) {
          // If more is due, it goes where the exchange says then.
          direct.drop();
        }
        decoder.skipPlainBody(count);
        wakeThreshold.took(context.channel(), count, decoder.plainBodyBytes(), lastProgressNanos);
      } else {
        int count = in.readableBytes();
        decoder.feed(in, this);
        if (wakeThreshold.isRaised()) {
          wakeThreshold.took(context.channel(), count, decoder.plainBodyBytes(), lastProgressNanos);
        }
      }
      if (decoder.isDone()) {
        finish(current, !inPlace && in.isReadable());
      }
    } catch (BadAnswerException e) {
      abort(exchangeOr(current).corrupt(e.what));
    } catch (RuntimeException e) {
      abort(e);
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    Exchange current = exchange;
    if (current != null && decoder.isDone()) {
      finish(current, false);
    }
  }

  private static Exchange exchangeOr(@Nullable Exchange current) {
    if (current == null) {
      throw new IllegalStateException("No exchange.");
    }
    return current;
  }

  @Override
  public void head(AnswerHead head) {
    exchangeOr(exchange).head(head);
  }

  @Override
  public void body(ByteBuf from, int lengthBytes) {
    exchangeOr(exchange).body(from, lengthBytes);
  }

  private void finish(Exchange finished, boolean bytesLeft) {
    exchange = null;
    direct.drop();
    reused = true;
    lastProgressNanos = System.nanoTime();
    if (decoder.keepAlive() && requestSent && !bytesLeft && channel().isActive()) {
      pool.release(this);
    } else {
      channel().close();
    }
    finished.complete();
  }

  /** Ends the exchange without an answer, once nothing can touch the caller's buffer any more. */
  private void abort(Throwable failure) {
    Exchange ended = exchange;
    exchange = null;
    channel()
        .close()
        .addListener(
            closed -> {
              if (ended != null) {
                direct.letGo(channel().eventLoop(), () -> ended.fail(failure));
              }
            });
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    timer.cancel();
    spare.release();
    pool.closed(this);
    Exchange current = exchange;
    if (current == null) {
      return;
    }
    if (decoder.endsHere()) {
      exchange = null;
      direct.drop();
      current.complete();
    } else if (reused && !answerBegun && !current.replayed && current.call.isReplayable()) {
      // The server closed an idle connection while the request was on its way (RFC 9112 §9.3.1).
      exchange = null;
      sendAnotherWay(current);
    } else {
      abort(current.closedEarly(answerBegun));
    }
  }

  private void sendAnotherWay(Exchange unsent) {
    if (unsent.replayed) {
      unsent.fail(unsent.closedEarly(answerBegun));
    } else {
      unsent.replayed = true;
      pool.submit(unsent);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Exchange current = exchange;
    if (current == null) {
      context.close();
    } else if (reused && !answerBegun) {
      // A reset in place of a close: what channelInactive does about it holds here too.
      context.close();
    } else {
      abort(current.broken(cause));
    }
  }

  /** When the present wait ends, on {@link System#nanoTime()}'s clock. */
  private long boundNanos() {
    Exchange current = exchange;
    if (current == null) {
      return lastProgressNanos + options.idleTimeout().toNanos();
    }
    long deadline = current.deadline.atNanos();
    if (!requestSent) {
      return deadline;
    }
    long quiet =
        lastProgressNanos
            + (answerBegun ? options.stallTimeout() : options.firstByteTimeout()).toNanos();
    return quiet - deadline < 0 ? quiet : deadline;
  }

  /** Makes sure that the timer fires no later than the present wait ends. */
  void watch() {
    timer.watch(channel().eventLoop());
  }

  private void boundPassed() {
    if (!channel().isOpen()) {
      return;
    }
    Exchange current = exchange;
    if (current == null) {
      channel().close();
    } else if (wakeThreshold.isRaised() && !current.deadline.hasPassed()) {
      // What came since may be less than would wake us: have it read before it counts as nothing.
      wakeThreshold.lower(channel());
      lastProgressNanos += LOOK_AGAIN_NANOS;
      watch();
    } else if (current.deadline.hasPassed()) {
      abort(current.timedOut(answerBegun ? "in the middle of the answer" : "without an answer"));
    } else {
      abort(current.silent(answerBegun ? options.stallTimeout() : options.firstByteTimeout()));
    }
  }
}
