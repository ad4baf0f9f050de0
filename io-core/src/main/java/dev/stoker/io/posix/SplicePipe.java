package dev.stoker.io.posix;

import org.jspecify.annotations.Nullable;

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

  private final int readEnd;
  private final int writeEnd;
  private int heldBytes;
  private boolean closed;

  private SplicePipe(int readEnd, int writeEnd) {
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
  }

  /**
   * Makes a pipe; a small one where the user's share of pipe memory is used up, null where there is
   * none to be had.
   */
  public static @Nullable SplicePipe open() {
    long ends = JniLibrary.AVAILABLE ? SpliceCalls.pipe(PIPE_BYTES) : -1;
    return ends < 0 ? null : new SplicePipe((int) ends, (int) (ends >>> 32));
  }

  /**
   * Takes what has come, without waiting for more. Only while the pipe is empty.
   *
   * @param socket its descriptor
   * @return bytes that {@link #empty} will write; 0 when nothing is there, or the connection has
   *     ended or failed, which a read will tell; -1 when the kernel cannot splice here
   */
  public int fill(int socket, int mostBytes) {
    long count = SpliceCalls.fill(socket, writeEnd, mostBytes);
    if (count < 0) {
      return -count == Errno.EINVAL.number() ? -1 : 0;
    }
    heldBytes = (int) count;
    return heldBytes;
  }

  /**
   * Writes what the pipe holds at {@code offset} of {@code file}; by way of memory where its file
   * system cannot splice.
   *
   * @throws PosixException such as ENOSPC; the pipe is of no further use then
   */
  public void empty(SpliceFile file, long offset) throws PosixException {
    long count = SpliceCalls.empty(readEnd, file.descriptor(), offset, heldBytes);
    if (count < 0) {
      throw new PosixException("write", file.toString(), (int) -count);
    }
    heldBytes = 0;
  }

  /** A second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      SpliceCalls.close(readEnd);
      SpliceCalls.close(writeEnd);
    }
  }
}
