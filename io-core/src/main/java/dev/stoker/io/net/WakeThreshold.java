package dev.stoker.io.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import org.jspecify.annotations.Nullable;

/**
 * Has the kernel wait until a good deal of a large body has come before it wakes the event loop
 * (SO_RCVLOWAT, socket(7)): one read in place of five, which is most of what the loop costs.
 *
 * <p>Only connections that have shown to be fast wait so, lest bytes that trickle in look like a
 * stall; and never for more than is still due, which would be for ever. What else may end the wait,
 * an end, a reset or a full buffer, wakes the loop as ever.
 *
 * <p>Not thread-safe; owned by one {@link Connection} or {@link RpcConnection}.
 */
final class WakeThreshold {
  /** Half of what a socket takes in at 1 GB/s while a busy loop comes round once a millisecond. */
  static final int BYTES = 512 << 10;

  /** Less may as well come in pieces: setting the threshold is a system call, too. */
  private static final int LEAST_BYTES = 64 << 10;

  /** Too little says nothing of a rate. */
  private static final int TELLING_BYTES = 1 << 20;

  /** 20 MiB/s: the threshold is crossed forty times a second. */
  private static final long NANOS_FOR_TELLING_BYTES = 50_000_000;

  private static final ChannelOption<Integer> SO_RCVLOWAT =
      new IntegerUnixChannelOption("SO_RCVLOWAT", 1, 18);

  private int mark = 1;
  private boolean fast;
  private long bodyBytes;
  private long bodySinceNanos;

  /** Another answer is waited for, with the threshold where it was at first. */
  void begin(long nowNanos) {
    bodyBytes = 0;
    bodySinceNanos = nowNanos;
  }

  boolean isRaised() {
    return mark > 1;
  }

  /**
   * Some of a body was read straight to its place.
   *
   * @param stillDue bytes of it to come
   */
  void took(@Nullable Channel channel, int bytes, long stillDue, long nowNanos) {
    if (bodyBytes == 0) {
      bodySinceNanos = nowNanos;
    }
    bodyBytes += bytes;
    if (bodyBytes >= TELLING_BYTES) {
      fast = (nowNanos - bodySinceNanos) / (bodyBytes / TELLING_BYTES) <= NANOS_FOR_TELLING_BYTES;
    }
    int wanted = fast && stillDue >= LEAST_BYTES ? (int) Math.min(stillDue, BYTES) : 1;
    if (wanted != mark && channel instanceof EpollSocketChannel) {
      set(channel, wanted);
    }
  }

  /** Back to being woken by every byte. */
  void lower(Channel channel) {
    if (mark > 1) {
      set(channel, 1);
    }
  }

  private void set(Channel channel, int bytes) {
    if (channel.config().setOption(SO_RCVLOWAT, bytes)) {
      mark = bytes;
    }
  }
}
