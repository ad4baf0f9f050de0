package dev.stoker.io.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * One small buffer that a connection reads into again and again, where nobody keeps what was read:
 * most reads beside a splice find nothing, and to have a buffer made for them costs more than they
 * do. Not thread-safe; its connection's event loop's, who releases it at the end.
 */
final class SpareBuffer {
  private final int capacityBytes;
  private @Nullable ByteBuf spare;
  private boolean released;

  SpareBuffer(int capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  /** An empty buffer for {@code bytes}, the caller's to release. */
  ByteBuf take(ByteBufAllocator allocator, int bytes) {
    if (bytes > capacityBytes || released) {
      return allocator.directBuffer(bytes);
    }
    ByteBuf known = spare;
    if (known == null) {
      known = allocator.directBuffer(capacityBytes, capacityBytes);
      spare = known;
    }
    return known.refCnt() > 1
        ? allocator.directBuffer(bytes) // the last read's is still out
        : known.retainedSlice(0, bytes).clear();
  }

  /** Nothing is kept from now on. */
  void release() {
    released = true;
    if (spare != null) {
      spare.release();
      spare = null;
    }
  }
}
