package dev.stoker.io.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import java.io.EOFException;
import java.io.IOException;

/** Feeds a part of a file to an encrypted connection, piece by piece; leaves the file open. */
final class FileChunks implements ChunkedInput<ByteBuf> {
  /** One read of the file per write; larger pieces only cost memory. */
  private static final int CHUNK_BYTES = 256 << 10;

  private final HttpBody.FileSlice slice;
  private long sentBytes;

  FileChunks(HttpBody.FileSlice slice) {
    this.slice = slice;
  }

  @Override
  public boolean isEndOfInput() {
    return sentBytes >= slice.lengthBytes();
  }

  @Override
  public void close() {}

  @Override
  @SuppressWarnings("deprecation") // Netty asks for it by its old name too.
  public ByteBuf readChunk(ChannelHandlerContext context) throws Exception {
    return readChunk(context.alloc());
  }

  @Override
  public ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
    int want = (int) Math.min(CHUNK_BYTES, slice.lengthBytes() - sentBytes);
    ByteBuf chunk = allocator.directBuffer(want);
    boolean read = false;
    try {
      int got = chunk.writeBytes(slice.file(), slice.offset() + sentBytes, want);
      if (got <= 0) {
        throw new EOFException("the file became shorter while it was sent");
      }
      sentBytes += got;
      read = true;
      return chunk;
    } finally {
      if (!read) {
        chunk.release();
      }
    }
  }

  @Override
  public long length() {
    return slice.lengthBytes();
  }

  @Override
  public long progress() {
    return sentBytes;
  }
}
