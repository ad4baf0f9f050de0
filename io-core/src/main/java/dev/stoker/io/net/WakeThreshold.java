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
 * <p>Not thread-safe; owned by one {@link Connection}.
 */
final class WakeThreshold {
  /** Half of what a socket takes in at 1 GB/s while a busy loop comes round once a millisecond. */
  static final int BYTES = 512 << 10;

  /** Too little says nothing of a rate. */
  private static final int TELLING_BYTES = 1 << 20;

  /** 20 MiB/s: the threshold is crossed forty times a second. */
  private static final long NANOS_FOR_TELLING_BYTES = 50_000_000;

  private static final ChannelOption<Integer> SO_RCVLOWAT =
      new IntegerUnixChannelOption("SO_RCVLOWAT", 1, 18);

  private boolean raised;
  private boolean fast;
  private long bodyBytes;
  private long bodySinceNanos;

  /** Another answer is waited for, with the threshold where it was at first. */
  void begin(long nowNanos) {
    bodyBytes = 0;
    bodySinceNanos = nowNanos;
  }

  boolean isRaised() {
    return raised;
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
    boolean pays = fast && stillDue >= BYTES;
    if (pays != raised && channel instanceof EpollSocketChannel) {
      set(channel, pays);
    }
  }

  /** Back to being woken by every byte. */
  void lower(Channel channel) {
    if (raised) {
      set(channel, false);
    }
  }

  private void set(Channel channel, boolean high) {
    raised = high && channel.config().setOption(SO_RCVLOWAT, BYTES);
    if (!high) {
      channel.config().setOption(SO_RCVLOWAT, 1);
    }
  }
}
