package dev.stoker.io.mount.fuse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The answers of one channel's thread, with a body of its own: bytes that are at hand need no
 * memory of anybody's. The body is read into, not mapped: a mapping's pages cost a fault each.
 */
final class WorkerAnswer extends Answer {
  private final ByteBuffer body;

  WorkerAnswer(int maxBytes) {
    body = ByteBuffer.allocateDirect(maxBytes).order(ByteOrder.nativeOrder());
  }

  @Override
  ByteBuffer body(int bytes, Call call) {
    return body.clear().limit(Math.min(bytes, body.capacity()));
  }
}
