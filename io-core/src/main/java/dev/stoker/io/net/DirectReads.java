package dev.stoker.io.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Lets the socket be read straight into the caller's buffer while the plain body of a range is due.
 *
 * <p>Netty asks this, before each read, for the buffer to read into. Handing out the caller's
 * memory saves a copy of every byte (0.1 CPU-s/GiB) and the buffers for it. All else (heads, error
 * bodies, TLS records) is read into small pooled buffers.
 */
final class DirectReads extends DefaultMaxMessagesRecvByteBufAllocator {
  /** Who knows where the next bytes belong. */
  interface Target {
    /** A read is about to come: the moment to move what needs no reading. */
    default void beforeRead() {}

    /** How much to read at once into a buffer of our own. */
    int nextReadBytes();

    /** An empty buffer of our own for so many bytes. */
    default ByteBuf ownBuffer(ByteBufAllocator allocator, int bytes) {
      return allocator.directBuffer(bytes);
    }

    /**
     * The caller's buffer that the socket's next bytes belong in, or null when they must be looked
     * at first.
     */
    @Nullable ByteBuf directTarget();
  }

  private final Target connection;

  DirectReads(Target connection) {
    this.connection = connection;
  }

  @Override
  @SuppressWarnings("deprecation") // Netty marks the method so only to keep callers off it.
  public RecvByteBufAllocator.Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public int guess() {
        return connection.nextReadBytes();
      }

      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        connection.beforeRead();
        ByteBuf target = connection.directTarget();
        return target != null
            ? target.retain()
            : connection.ownBuffer(allocator, connection.nextReadBytes());
      }
    };
  }
}
