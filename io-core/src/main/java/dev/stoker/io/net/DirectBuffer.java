package dev.stoker.io.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What bytes of a body are read into where they belong: wraps some of a caller's buffer, with one
 * reference of ours.
 *
 * <p>Not thread-safe; owned by one {@link Connection} or {@link RpcConnection}.
 */
@SuppressWarnings("ReferenceEquality")
final class DirectBuffer {
  private @Nullable ByteBuf wrapped;
  private int takenBytes;

  boolean isOpen() {
    return wrapped != null;
  }

  /** What was wrapped last, until it was let go. */
  @Nullable ByteBuf get() {
    return wrapped;
  }

  /** From position to limit of {@code into}; only while none is open. */
  ByteBuf open(ByteBuffer into) {
    ByteBuf opened = Unpooled.wrappedBuffer(into).clear();
    wrapped = opened;
    takenBytes = 0;
    return opened;
  }

  /** Whether that was read into it. */
  boolean is(ByteBuf in) {
    return in == wrapped;
  }

  /** Bytes that were read into it since this was asked last. */
  int took() {
    ByteBuf in = wrapped;
    if (in == null) {
      return 0;
    }
    int count = in.writerIndex() - takenBytes;
    takenBytes += count;
    // Netty looks at what is readable when a later read fails.
    in.readerIndex(in.writerIndex());
    return count;
  }

  boolean isFull() {
    ByteBuf in = wrapped;
    return in != null && !in.isWritable();
  }

  /** Nothing more is read into it. */
  void drop() {
    if (wrapped != null) {
      wrapped.release();
      wrapped = null;
    }
  }

  /**
   * Drops it, and runs {@code then} once nobody can write to it any more: with io_uring, the kernel
   * may hold it for a moment after the close.
   */
  void letGo(EventLoop loop, Runnable then) {
    ByteBuf held = wrapped;
    wrapped = null;
    letGo(held, loop, then);
  }

  private static void letGo(@Nullable ByteBuf held, EventLoop loop, Runnable then) {
    if (held != null && held.refCnt() > 1) {
      var _ = loop.schedule(() -> letGo(held, loop, then), 1, TimeUnit.MILLISECONDS);
      return;
    }
    if (held != null) {
      held.release();
    }
    then.run();
  }
}
