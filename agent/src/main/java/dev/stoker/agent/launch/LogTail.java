package dev.stoker.agent.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a growing log line by line in memory that does not grow with it.
 *
 * <p>A line ends with LF, CR or CRLF (progress bars use CR alone). One longer than {@link
 * #MOST_LINE_BYTES} is cut there and marked; bytes that are not UTF-8 show as U+FFFD.
 *
 * <p>Not thread-safe; owned by whoever waits for the action.
 */
public final class LogTail implements AutoCloseable {
  /** What the OpenJD reference implementation also takes as the longest line. */
  static final int MOST_LINE_BYTES = 64 * 1024;

  /** Read at once: a page-cache copy of this size costs a few microseconds. */
  private static final int CHUNK_BYTES = 64 * 1024;

  /** Handed out before the caller gets to look at other things, such as a cancellation. */
  private static final long TURN_BYTES = 1 << 20;

  private static final String CUT = " [line cut after " + MOST_LINE_BYTES / 1024 + " KiB]";

  private final Path file;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
  private final byte[] line = new byte[MOST_LINE_BYTES];
  private int lineBytes;
  private boolean cut;
  private boolean afterReturn;
  private long readBytes;
  private @Nullable FileChannel channel;

  LogTail(Path file) {
    this.file = file;
  }

  /** How many bytes of the log were read. */
  public long readBytes() {
    return readBytes;
  }

  /**
   * Hands out whole lines that are there.
   *
   * @return whether there may be more at once
   */
  public boolean drain(Consumer<String> lines) {
    try {
      FileChannel log = open();
      for (long turn = 0; log != null && turn < TURN_BYTES; ) {
        int got = log.read(chunk.clear());
        if (got <= 0) {
          return false;
        }
        turn += got;
        readBytes += got;
        split(chunk.array(), got, lines);
      }
      return log != null;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the log " + file + ".", e);
    }
  }

  /** Hands out everything up to the end, also a last line that nothing ended. */
  public void finish(Consumer<String> lines) {
    while (drain(lines)) {
      // Bounded: the action has ended, its log no longer grows.
    }
    if (lineBytes > 0 || cut) {
      emit(lines);
    }
  }

  private void split(byte[] bytes, int length, Consumer<String> lines) {
    for (int i = 0; i < length; i++) {
      byte b = bytes[i];
      if (b == '\n' && afterReturn) {
        afterReturn = false;
      } else if (b == '\n' || b == '\r') {
        afterReturn = b == '\r';
        emit(lines);
      } else {
        afterReturn = false;
        if (lineBytes < line.length) {
          line[lineBytes++] = b;
        } else {
          cut = true;
        }
      }
    }
  }

  private void emit(Consumer<String> lines) {
    String text = new String(line, 0, lineBytes, StandardCharsets.UTF_8);
    lineBytes = 0;
    lines.accept(cut ? text + CUT : text);
    cut = false;
  }

  private @Nullable FileChannel open() throws IOException {
    if (channel == null) {
      try {
        channel = FileChannel.open(file, StandardOpenOption.READ);
      } catch (NoSuchFileException e) {
        return null; // the shim has not got that far
      }
    }
    return channel;
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove the log " + file + ".", e);
    }
  }
}
