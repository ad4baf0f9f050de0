package dev.stoker.io.posix;

import com.sun.jna.Native;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Moves bytes from a socket into a file without bringing them into this process' memory (splice(2),
 * through a pipe): one copy by the kernel in place of two, and none where the sender used
 * sendfile(2) on the same machine.
 *
 * <p>Not thread-safe. Holds two descriptors until it is closed.
 */
public final class SplicePipe implements AutoCloseable {
  /** As much as anybody may have (pipe(7), pipe-max-size); half of it makes twice the calls. */
  private static final int PIPE_BYTES = 1 << 20;

  private static final int RESCUE_BYTES = 64 << 10;

  private final int readEnd;
  private final int writeEnd;
  private final ByteBuffer fileOffset =
      ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
  private int heldBytes;
  private boolean unsupported;
  private boolean closed;

  private SplicePipe(int readEnd, int writeEnd) {
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
  }

  /** Makes a pipe; a small one where the user's share of pipe memory is used up. */
  public static SplicePipe open() throws PosixException {
    ByteBuffer ends = ByteBuffer.allocateDirect(2 * Integer.BYTES).order(ByteOrder.nativeOrder());
    if (LibC.pipe2(addressOf(ends), LibC.O_CLOEXEC) != 0) {
      throw FileHandle.failure("pipe", "for splicing");
    }
    int _ = LibC.fcntl(ends.getInt(4), LibC.F_SETPIPE_SZ, PIPE_BYTES);
    return new SplicePipe(ends.getInt(0), ends.getInt(4));
  }

  /**
   * Takes what has come, without waiting for more. Only while the pipe is empty.
   *
   * @param socket its descriptor
   * @return bytes that {@link #empty} will write; 0 when nothing is there, or the connection has
   *     ended or failed, which a read will tell; -1 when the kernel cannot splice here
   */
  public int fill(int socket, int mostBytes) {
    if (unsupported) {
      return -1;
    }
    while (true) {
      long count =
          LibC.splice(
              socket, 0, writeEnd, 0, mostBytes, LibC.SPLICE_F_MOVE | LibC.SPLICE_F_NONBLOCK);
      if (count >= 0) {
        heldBytes = (int) count;
        return heldBytes;
      }
      int errno = Native.getLastError();
      if (errno != Errno.EINTR.number()) {
        return errno == Errno.EINVAL.number() ? -1 : 0;
      }
    }
  }

  /**
   * Writes what the pipe holds at {@code offset} of {@code file}.
   *
   * @throws PosixException such as ENOSPC; the pipe is of no further use then
   */
  public void empty(FileHandle file, long offset) throws PosixException {
    fileOffset.putLong(0, offset);
    while (heldBytes > 0) {
      long count =
          LibC.splice(
              readEnd, 0, file.number(), addressOf(fileOffset), heldBytes, LibC.SPLICE_F_MOVE);
      if (count > 0) {
        heldBytes -= (int) count;
        continue;
      }
      PosixException failure = FileHandle.failure("splice", file.toString());
      if (failure.errno() == Errno.EINVAL) {
        // A file system that cannot: what is in the pipe goes by way of memory, the rest as well.
        unsupported = true;
        rescue(file, fileOffset.getLong(0));
      } else if (failure.errno() != Errno.EINTR) {
        throw failure;
      }
    }
  }

  private void rescue(FileHandle file, long offset) throws PosixException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(RESCUE_BYTES);
    long at = offset;
    while (heldBytes > 0) {
      long count = LibC.read(readEnd, addressOf(buffer), Math.min(heldBytes, RESCUE_BYTES));
      if (count <= 0) {
        throw FileHandle.failure("read", "of a pipe");
      }
      file.write(buffer.clear().limit((int) count), at);
      at += count;
      heldBytes -= (int) count;
    }
  }

  private static long addressOf(ByteBuffer buffer) {
    return MemorySegment.ofBuffer(buffer).address();
  }

  /** A second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      LibC.close(readEnd);
      LibC.close(writeEnd);
    }
  }
}
