package dev.stoker.controller.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where a streamed body goes. For one thread; a caller that reads slower than is written holds that
 * thread up, so about 64 KiB of a stream are in memory at most.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write closes the channel.
public final class Outlet {
  private final Channel channel;
  private final Duration stall;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  Outlet(Channel channel, Duration stall) {
    this.channel = channel;
    this.stall = stall;
  }

  /** Whether the caller is still there, as far as is known. */
  public boolean isOpen() {
    return channel.isActive();
  }

  /**
   * Sends a piece on its way; the bytes become the server's.
   *
   * @throws IOException when the caller is gone, or took nothing for half a minute
   */
  public void send(byte[] bytes) throws IOException, InterruptedException {
    if (!channel.isActive()) {
      throw new IOException("The caller is gone.");
    }
    if (bytes.length == 0) {
      // An empty chunk would end the body.
      return;
    }
    channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
    awaitRoom();
  }

  private void awaitRoom() throws IOException, InterruptedException {
    long leftNanos = stall.toNanos();
    lock.lockInterruptibly();
    try {
      while (!channel.isWritable() && channel.isActive()) {
        if (leftNanos <= 0) {
          throw new IOException(
              "The caller took nothing for "
                  + TimeUnit.NANOSECONDS.toSeconds(stall.toNanos())
                  + " s.");
        }
        leftNanos = changed.awaitNanos(leftNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /** There is room again, or the caller left. */
  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
