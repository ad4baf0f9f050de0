package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.ControllerLink;
import dev.stoker.agent.lease.Pause;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.LogChunk;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An attempt's log: written to a file as it comes, sent to the controller from there in pieces of
 * whole lines. A controller that is away costs disk, not memory. Thread-safe.
 */
final class AttemptLog {
  private static final Logger LOG = System.getLogger(AttemptLog.class.getName());

  /** Of its file in the folder of attempts. */
  static final String SUFFIX = ".log";

  /** A chatty renderer writes 10 MB; more than this nobody reads through a controller. */
  private static final long MOST_BYTES = 64L << 20;

  private static final byte[] CUT =
      ("[log cut after " + (MOST_BYTES >> 20) + " MiB]\n").getBytes(StandardCharsets.UTF_8);

  /** Of {@link dev.stoker.agent.launch.LogTail}, and the mark behind a line that was cut. */
  private static final int LONGEST_LINE = 65 * 1024;

  /** How lines of the agent's own start. */
  private static final String OWN = "stoker: ";

  /** One request: large against its overhead, small against a controller's body limit. */
  private static final int PIECE_BYTES = 256 * 1024;

  /** Lines that come together are sent together. */
  private static final long GATHER_MILLIS = 500;

  /** A finished attempt waits so long for its log, not longer. */
  private static final int MOST_TRIES_AT_END = 5;

  private final Leasing.Lease lease;
  private final FileChannel file;
  private final Path path;
  private final ReentrantLock lock = new ReentrantLock(); // guards the next six
  private final Condition grown = lock.newCondition();
  private long writtenBytes; // to the file, and then of the last words
  private byte[] lastWords = {}; // kept in memory: the disk took no more
  private long repeatedLines; // that come again, as their action's log is read from its start
  private boolean full;
  private boolean ended;

  private long sentBytes;

  /** An empty one. */
  AttemptLog(Leasing.Lease lease, Path path) throws IOException {
    this(lease, path, StandardOpenOption.TRUNCATE_EXISTING);
  }

  private AttemptLog(Leasing.Lease lease, Path path, OpenOption how) throws IOException {
    this.lease = lease;
    this.path = path;
    this.file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            how,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  /**
   * Goes on with the log that an earlier agent wrote. It is sent from its start once more: the
   * controller leaves out what it has.
   *
   * @param repeatedFromBytes lines behind it come again and are not written twice
   */
  static AttemptLog goOn(Leasing.Lease lease, Path path, long repeatedFromBytes)
      throws IOException {
    AttemptLog log = new AttemptLog(lease, path, StandardOpenOption.READ);
    try {
      log.takeOver(repeatedFromBytes);
      return log;
    } catch (IOException e) {
      log.file.close();
      throw e;
    }
  }

  private void takeOver(long repeatedFromBytes) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    long at = 0;
    long lastLineBytes = 0;
    int ownBytes = 0; // how much of the line's start is that of the agent's own
    while (file.read(piece.clear(), at) > 0) {
      piece.flip();
      for (; piece.hasRemaining(); at++) {
        byte b = piece.get();
        if (b == '\n') {
          lastLineBytes = at + 1 - writtenBytes;
          writtenBytes = at + 1;
          repeatedLines += at >= repeatedFromBytes && ownBytes < OWN.length() ? 1 : 0;
          ownBytes = 0;
        } else if (at - writtenBytes == ownBytes
            && ownBytes < OWN.length()
            && b == OWN.charAt(ownBytes)) {
          ownBytes++;
        }
      }
    }
    file.truncate(writtenBytes); // a line that its agent did not live to write whole
    full = lastLineBytes == CUT.length && writtenBytes + LONGEST_LINE > MOST_BYTES;
  }

  /** How much of it is written. */
  long writtenBytes() {
    lock.lock();
    try {
      return writtenBytes;
    } finally {
      lock.unlock();
    }
  }

  /** A line of an action. */
  void append(String line) {
    lock.lock();
    try {
      if (repeatedLines > 0) {
        repeatedLines -= line.startsWith(OWN) ? 0 : 1;
        return;
      }
      write(line);
    } finally {
      lock.unlock();
    }
  }

  /** A line of the agent's own, which no action's log repeats. */
  void remark(String sentence) {
    lock.lock();
    try {
      write(OWN + sentence);
    } finally {
      lock.unlock();
    }
  }

  private void write(String line) {
    try {
      if (full || ended) {
        return;
      }
      byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
      if (writtenBytes + bytes.length > MOST_BYTES) {
        full = true;
        bytes = CUT;
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        file.write(buffer, writtenBytes + buffer.position());
      }
      writtenBytes += bytes.length;
      grown.signal();
    } catch (IOException e) {
      full = true;
      LOG.log(Level.WARNING, "Cannot write the log {0}: {1}", path, e.getMessage());
      lastWords =
          ("[log cut here: " + path + " cannot be written: " + e.getMessage() + "]\n")
              .getBytes(StandardCharsets.UTF_8);
      writtenBytes += lastWords.length;
      grown.signal();
    }
  }

  /** No more lines come. */
  void end() {
    lock.lock();
    try {
      ended = true;
      grown.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Sends until the end is sent, then removes the file. Run by a thread of the attempt's own. */
  void send(ControllerLink link, Pause pause) {
    try {
      int tries = 0;
      while (awaitMore()) {
        try {
          LogChunk piece = nextPiece();
          link.node().client().log(lease.leaseId(), piece);
          sentBytes += piece.text().getBytes(StandardCharsets.UTF_8).length;
          tries = 0;
        } catch (ControllerException e) {
          tries++;
          if (!e.retryable() || (hasEnded() && tries >= MOST_TRIES_AT_END)) {
            LOG.log(Level.DEBUG, "The log of {0} stays here: {1}", lease.leaseId(), e.sentence());
            return;
          }
          if (!pause.beforeRetry(tries)) {
            leave(); // the agent ends; the next one sends the rest
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "Cannot read the log {0}: {1}", path, e.getMessage());
    } finally {
      close();
    }
  }

  private void leave() throws IOException {
    end();
    file.close();
  }

  /** Closes and removes it. */
  void close() {
    end();
    if (!file.isOpen()) {
      return;
    }
    try {
      file.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "Cannot remove the log {0}: {1}", path, e.getMessage());
    }
  }

  private boolean hasEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for something to send; false when all of a finished log was. */
  private boolean awaitMore() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (writtenBytes == sentBytes) {
        if (ended) {
          return false;
        }
        grown.await();
      }
      long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
      long left = untilNanos - System.nanoTime();
      while (!ended && writtenBytes - sentBytes < PIECE_BYTES && left > 0) {
        left = grown.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private LogChunk nextPiece() throws IOException {
    long available;
    lock.lock();
    try {
      available = writtenBytes - lastWords.length - sentBytes;
      if (available == 0) {
        String text = new String(lastWords, StandardCharsets.UTF_8);
        return new LogChunk(lease.attempt(), sentBytes, text);
      }
    } finally {
      lock.unlock();
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(available, PIECE_BYTES));
    while (buffer.hasRemaining() && file.read(buffer, sentBytes + buffer.position()) > 0) {
      // Until the piece is whole.
    }
    // Whole lines: no line is longer than a piece, see LogTail.
    int end = buffer.position();
    while (end > 0 && buffer.get(end - 1) != '\n') {
      end--;
    }
    return new LogChunk(
        lease.attempt(), sentBytes, new String(buffer.array(), 0, end, StandardCharsets.UTF_8));
  }
}
