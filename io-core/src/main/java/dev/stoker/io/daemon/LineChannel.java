package dev.stoker.io.daemon;

import com.fasterxml.jackson.core.JacksonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A socket that carries one JSON object a line. One thread reads; any thread writes.
 *
 * <p>A line has a ceiling, so that no peer takes all memory; it is far above the include list of a
 * large scene.
 */
final class LineChannel implements AutoCloseable {
  /** A hundred thousand paths of 160 bytes. */
  private static final int MAX_LINE_BYTES = 16 << 20;

  private final SocketChannel channel;
  private final ReentrantLock writing = new ReentrantLock();
  private byte[] pending = new byte[8192];
  private int start;
  private int end;

  LineChannel(SocketChannel channel) {
    this.channel = channel;
  }

  /** Writes one message. */
  void write(Object message) throws IOException {
    byte[] json = Messages.JSON.writeValueAsBytes(message);
    if (json.length >= MAX_LINE_BYTES) {
      throw new IOException("A message of " + json.length + " bytes is longer than 16 MiB.");
    }
    ByteBuffer line = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
    writing.lock();
    try {
      while (line.hasRemaining()) {
        channel.write(line);
      }
    } finally {
      writing.unlock();
    }
  }

  /**
   * Reads the next message; null when the peer hung up between messages.
   *
   * @throws IOException also when a line is too long or no such message
   */
  <T> @Nullable T read(Class<T> type) throws IOException {
    int scanned = start;
    while (true) {
      for (; scanned < end; scanned++) {
        if (pending[scanned] == '\n') {
          byte[] line = Arrays.copyOfRange(pending, start, scanned);
          start = scanned + 1;
          return parse(line, type);
        }
      }
      int before = start;
      if (!more()) {
        if (start == end) {
          return null;
        }
        throw new EOFException("The peer hung up in the middle of a message.");
      }
      scanned -= before - start;
    }
  }

  private static <T> T parse(byte[] line, Class<T> type) throws IOException {
    try {
      T message = Messages.JSON.readValue(line, type);
      if (message == null) {
        throw new IOException("The peer sent no message.");
      }
      return message;
    } catch (JacksonException e) {
      throw new IOException("The peer sent no message: " + e.getOriginalMessage(), e);
    }
  }

  private boolean more() throws IOException {
    if (start > 0) {
      System.arraycopy(pending, start, pending, 0, end - start);
      end -= start;
      start = 0;
    }
    if (end == pending.length) {
      if (end >= MAX_LINE_BYTES) {
        throw new IOException("The peer sent a line of more than 16 MiB.");
      }
      pending = Arrays.copyOf(pending, 2 * end);
    }
    int count = channel.read(ByteBuffer.wrap(pending, end, pending.length - end));
    end += Math.max(0, count);
    return count >= 0;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed or as good as closed.
    }
  }
}
