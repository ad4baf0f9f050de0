package dev.stoker.io.net;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** What a request carries. It must stay unchanged until the call's future has ended. */
public sealed interface HttpBody {
  /** No body. */
  HttpBody NONE = new Bytes(ByteBuffer.allocate(0));

  /** The number of bytes that will be sent. */
  long lengthBytes();

  /** Bytes in memory, from position to limit; the position does not move. */
  record Bytes(ByteBuffer data) implements HttpBody {
    @Override
    public long lengthBytes() {
      return data.remaining();
    }
  }

  /**
   * A part of a local file, which the kernel sends without a copy where the connection is not
   * encrypted. The caller keeps the channel open until the call has ended, and closes it.
   *
   * @param file open for reading
   * @param offset first byte, ≥ 0
   * @param lengthBytes &gt; 0; the file must be at least so long
   */
  record FileSlice(FileChannel file, long offset, long lengthBytes) implements HttpBody {}
}
