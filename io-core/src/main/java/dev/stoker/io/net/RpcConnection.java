package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.epoll.EpollSocketChannel;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one server, with any number of calls out; replies come in any order. Everything
 * here runs on its peer's event loop.
 *
 * <p>A server that was sent something and is quiet for a while is asked whether it is there. One
 * that does not even answer that is given up: the connection closes and its calls fail.
 */
// Closing a channel tells its outcome to channelInactive; nobody needs the future as well.
@SuppressWarnings({"FutureReturnValueIgnored", "ReferenceEquality"})
final class RpcConnection extends InboundHandler
    implements RecordDecoder.Owner, DirectReads.Target {
  /** The head of a usual READ's reply, and no more: what follows goes where it belongs. */
  private static final int HEAD_READ_BYTES = 132;

  private static final int REPLY_READ_BYTES = 64 << 10;

  /** Small data come with their reply's head: copying them costs less than a second system call. */
  private static final int SMALL_DATA_BYTES = 32 << 10;

  /** Below this, copying what came with the head is cheaper than another system call. */
  private static final int DIRECT_FROM_BYTES = 1 << 10;

  private final RpcPeer peer;
  private final RecordDecoder decoder = new RecordDecoder(this);
  private final WakeThreshold wake = new WakeThreshold();
  private final Map<Integer, RpcCall> out = new LinkedHashMap<>();
  private @Nullable Channel channel;
  private int dataBytesOut;
  private int targetsOut;

  /** Wraps the rest of the current reply's data, as much as this fragment holds. */
  private final DirectBuffer direct = new DirectBuffer();

  private final SpareBuffer spare = new SpareBuffer(REPLY_READ_BYTES);

  /** The call whose data were spliced last. */
  private @Nullable RpcCall splicing;

  /** The call whose splice target turned out useless. */
  private @Nullable RpcCall useless;

  private long lastHeardNanos = System.nanoTime();
  private boolean pinged;
  private boolean dirty;

  RpcConnection(RpcPeer peer) {
    this.peer = peer;
  }

  void opened(Channel open) {
    channel = open;
    lastHeardNanos = System.nanoTime();
  }

  private Channel channel() {
    Channel open = channel;
    if (open == null) {
      throw new IllegalStateException("The connection was never opened.");
    }
    return open;
  }

  int dataBytesOut() {
    return dataBytesOut;
  }

  int callsOut() {
    return out.size();
  }

  /** Puts the call into the socket's queue; {@link #flush} sends it. */
  void send(RpcCall call) {
    if (out.isEmpty()) {
      lastHeardNanos = System.nanoTime();
    }
    call.sentNanos = System.nanoTime();
    call.rewind();
    out.put(call.xid, call);
    dataBytesOut += call.dataBytes();
    targetsOut += call.into == null ? 0 : 1;
    dirty = true;
    Channel open = channel();
    ByteBuffer payload = call.payload;
    if (payload == null) {
      open.write(call.head(open.alloc()));
      return;
    }
    call.leaving = true;
    open.write(call.head(open.alloc()));
    int padding = XdrWriter.padded(payload.remaining()) - payload.remaining();
    var sent = open.write(Unpooled.wrappedBuffer(payload));
    if (padding > 0) {
      open.write(Unpooled.buffer(padding).writeZero(padding));
    }
    sent.addListener((ChannelFutureListener) done -> call.leaving = false);
  }

  void flush() {
    if (dirty) {
      dirty = false;
      channel().flush();
    }
  }

  /** Lets go of a call that is out. */
  void forget(RpcCall call, IoFailure failure) {
    if (out.get(call.xid) != call) {
      return;
    }
    if (call.leaving) {
      // Its bytes lie in the socket's queue, and half a message cannot be taken back.
      close("a call was given up before it was sent");
      return;
    }
    remove(call);
    if (decoder.current() == call) {
      wake.lower(channel());
      decoder.skipCurrent();
      direct.letGo(channel().eventLoop(), () -> peer.ended(call, failure));
    } else {
      peer.ended(call, failure);
    }
  }

  private void remove(RpcCall call) {
    out.remove(call.xid);
    dataBytesOut -= call.dataBytes();
    targetsOut -= call.into == null ? 0 : 1;
  }

  /**
   * Looks at the clock: calls past their deadline, and a server that says nothing.
   *
   * @param lateNanos for how long nobody looked at the sockets; the server is not to blame for it
   */
  void tick(long nowNanos, long lateNanos, long quietLimitNanos, long answerLimitNanos) {
    lastHeardNanos += lateNanos;
    for (RpcCall call : List.copyOf(out.values())) {
      if (call.deadline.atNanos() - nowNanos <= 0 || nowNanos - call.sentNanos > answerLimitNanos) {
        forget(call, peer.timedOut(call));
      }
    }
    long quiet = nowNanos - lastHeardNanos;
    if (out.isEmpty() || !channel().isActive()) {
      return;
    }
    if (quiet > quietLimitNanos / 6) {
      // What trickles in is a sign of life.
      wake.lower(channel());
    }
    if (quiet > quietLimitNanos) {
      close("it said nothing for " + TimeUnit.NANOSECONDS.toMillis(quiet) + " ms");
    } else if (quiet > quietLimitNanos / 3 && !pinged) {
      ping();
    }
  }

  private void ping() {
    RpcCall ping =
        RpcCall.of(
            peer.program().nothing(), RpcCredential.NONE, new XdrWriter(), peer.farOff(), "ping");
    pinged = true;
    channel().writeAndFlush(ping.head(channel().alloc()));
  }

  /** Closes it; the calls that are out fail. */
  void close(String why) {
    close(why, null);
  }

  /**
   * @param ofCurrent what the call fails with whose reply was coming in, or null for the same
   */
  private void close(String why, @Nullable IoFailure ofCurrent) {
    Map<Integer, RpcCall> lost = new LinkedHashMap<>(out);
    out.clear();
    dataBytesOut = 0;
    targetsOut = 0;
    RpcCall current = decoder.current();
    IoFailure.Unavailable failure = peer.lost(why);
    channel()
        .close()
        .addListener(
            closed -> {
              for (RpcCall call : lost.values()) {
                if (call == current) {
                  IoFailure its = ofCurrent == null ? failure : ofCurrent;
                  direct.letGo(channel().eventLoop(), () -> peer.ended(call, its));
                } else {
                  peer.ended(call, failure);
                }
              }
              direct.drop();
            });
  }

  @Override
  public int nextReadBytes() {
    boolean large = targetsOut > 0 && dataBytesOut > (long) targetsOut * SMALL_DATA_BYTES;
    return large ? HEAD_READ_BYTES : REPLY_READ_BYTES;
  }

  @Override
  public ByteBuf ownBuffer(ByteBufAllocator allocator, int bytes) {
    return spare.take(allocator, bytes);
  }

  @Override
  public void beforeRead() {
    while (decoder.directBytes() >= DIRECT_FROM_BYTES) {
      RpcCall splices = splicingCall();
      SpliceTarget target = splices == null ? null : splices.spliceTarget();
      if (splices == null
          || target == null
          || !(channel instanceof EpollSocketChannel socket)
          || !splice(splices, target, socket)) {
        return;
      }
    }
  }

  /** The call whose data are due, if they go into a splice target. */
  private @Nullable RpcCall splicingCall() {
    RpcCall current = decoder.current();
    return current != null
            && current.spliceTarget() != null
            && current != useless
            && channel instanceof EpollSocketChannel
        ? current
        : null;
  }

  /** Whether there may be more to splice. */
  private boolean splice(RpcCall current, SpliceTarget target, EpollSocketChannel socket) {
    try {
      int count =
          target.splice(socket.fd().intValue(), current.spliceOffset(), decoder.directBytes());
      if (count == SpliceTarget.USELESS) {
        useless = current;
      }
      if (count <= 0) {
        return false;
      }
      lastHeardNanos = System.nanoTime();
      peer.heard(lastHeardNanos);
      pinged = false;
      if (splicing != current) {
        splicing = current;
        wake.begin(lastHeardNanos);
      }
      wake.took(socket, count, decoder.directBytes() - count, lastHeardNanos);
      decoder.tookSpliced(count);
      return true;
    } catch (IoFailure e) {
      close("what it sent cannot be kept", e);
    } catch (BadAnswerException e) {
      broken(e.what);
    } catch (XdrReader.BadXdrException e) {
      broken(String.valueOf(e.getMessage()));
    }
    return false;
  }

  @Override
  public @Nullable ByteBuf directTarget() {
    int due = decoder.directBytes();
    if (due < DIRECT_FROM_BYTES || splicingCall() != null) {
      return null;
    }
    if (!direct.isOpen()) {
      ByteBuffer into = decoder.target();
      wake.begin(System.nanoTime());
      return direct.open(into.slice(into.position(), due));
    }
    return direct.get();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      lastHeardNanos = System.nanoTime();
      peer.heard(lastHeardNanos);
      pinged = false;
      if (direct.is(in)) {
        int count = direct.took();
        if (direct.isFull()) {
          direct.drop();
        }
        decoder.tookDirect(count);
        wake.took(channel, count, decoder.directBytes(), lastHeardNanos);
      } else {
        direct.drop();
        int count = in.readableBytes();
        decoder.feed(in);
        if (wake.isRaised()) {
          wake.took(channel, count, decoder.directBytes(), lastHeardNanos);
        }
      }
    } catch (BadAnswerException e) {
      broken(e.what);
    } catch (XdrReader.BadXdrException e) {
      broken(String.valueOf(e.getMessage()));
    } finally {
      in.release();
    }
  }

  /** A server that answered wrongly is likely to do so again: who asked should not ask for ever. */
  private void broken(String what) {
    RpcCall current = decoder.current();
    close(
        "its reply cannot be used, because " + what,
        current == null ? null : peer.corrupt(current, what));
  }

  @Override
  public @Nullable RpcCall callOf(int xid) {
    return out.get(xid);
  }

  @Override
  public void replied(RpcCall call, byte[] message, int dataBytes) {
    remove(call);
    peer.replied(call, message, dataBytes);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    peer.pump();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!out.isEmpty()) {
      close("it closed the connection");
    }
    direct.drop();
    spare.release();
    peer.closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close(RequestWriter.reason(cause));
  }
}
