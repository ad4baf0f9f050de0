package dev.stoker.io.net;

import java.nio.ByteBuffer;

/**
 * What a request carries. It must stay unchanged until the call's future has ended.
 *
 * @param data from position to limit; the position does not move
 */
public record HttpBody(ByteBuffer data) {
  /** No body. */
  public static final HttpBody NONE = new HttpBody(ByteBuffer.allocate(0));

  /** The number of bytes that will be sent. */
  public long lengthBytes() {
    return data.remaining();
  }
}
