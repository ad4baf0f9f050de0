package dev.stoker.io.sync;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.fetch.RangeSink;
import dev.stoker.io.posix.SpliceFile;
import dev.stoker.io.posix.SplicePipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file that is being written, in pieces of any order, from several threads.
 *
 * <p>Large files are written past the page cache (O_DIRECT) where {@link WriteWay} says so and the
 * file system can. What is not aligned, such as the end of the file, goes through the cache.
 */
final class PartFile implements AutoCloseable {
  /** The most that O_DIRECT asks for on any device we know (open(2)). */
  private static final int BLOCK_BYTES = 4096;

  /** By its name: javac calls the type internal, though the module exports it for good (JDK 10). */
  private static final @Nullable OpenOption DIRECT = directOption();

  private final Path path;
  private final boolean kept;
  private final FileChannel buffered;
  private final ReentrantLock turn = new ReentrantLock();
  private final @Nullable FileChannel direct;
  private final WriteWay way;

  /** Guarded by {@link #turn}. */
  private @Nullable SpliceFile spliced;

  /** Guarded by {@link #turn}. */
  private boolean closed;

  private PartFile(
      Path path, boolean kept, FileChannel buffered, @Nullable FileChannel direct, WriteWay way) {
    this.path = path;
    this.kept = kept;
    this.buffered = buffered;
    this.direct = direct;
    this.way = way;
  }

  /**
   * Opens a file for writing.
   *
   * @param keep whether what it holds stays
   * @param pastTheCache whether to write directly where that is possible and pays
   * @param way what knows when it pays
   */
  static PartFile open(Path path, boolean keep, boolean pastTheCache, WriteWay way) {
    try {
      Set<OpenOption> how = new HashSet<>();
      how.add(StandardOpenOption.CREATE);
      how.add(StandardOpenOption.WRITE);
      how.add(LinkOption.NOFOLLOW_LINKS);
      if (!keep) {
        how.add(StandardOpenOption.TRUNCATE_EXISTING);
      }
      FileChannel buffered = FileChannel.open(path, how);
      return new PartFile(path, keep, buffered, pastTheCache ? openDirect(path) : null, way);
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  private static @Nullable FileChannel openDirect(Path path) {
    try {
      if (DIRECT == null || Files.getFileStore(path).getBlockSize() > BLOCK_BYTES) {
        return null;
      }
      return FileChannel.open(path, StandardOpenOption.WRITE, DIRECT, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException | UnsupportedOperationException e) {
      // tmpfs before Linux 6.6, some network file systems.
      return null;
    }
  }

  private static @Nullable OpenOption directOption() {
    try {
      for (Object option :
          Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
        if (option instanceof OpenOption direct && option.toString().equals("DIRECT")) {
          return direct;
        }
      }
    } catch (ClassNotFoundException none) {
      // Then all writes go through the page cache.
    }
    return null;
  }

  /** Writes all of {@code data}; its position moves. */
  void write(long offset, ByteBuffer data) {
    try {
      int aligned = data.remaining() / BLOCK_BYTES * BLOCK_BYTES;
      if (direct != null
          && aligned > 0
          && offset % BLOCK_BYTES == 0
          && data.isDirect()
          && data.alignmentOffset(data.position(), BLOCK_BYTES) == 0
          && way.isPastCache(aligned)) { // last: what is asked for counts as written
        int end = data.limit();
        data.limit(data.position() + aligned);
        writeFully(direct, offset, data);
        data.limit(end);
        writeFully(buffered, offset + aligned, data);
      } else {
        writeInTurn(offset, data);
      }
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  /**
   * Takes bytes out of sockets into this file, past this process' memory; null where the system
   * cannot.
   */
  RangeSink.@Nullable Splice splice() {
    SplicePipe pipe = SplicePipe.open();
    return pipe == null ? null : new SplicedWrites(this, pipe);
  }

  /**
   * Writes what a pipe holds.
   *
   * @return whether it was written: not once the file is closed
   */
  boolean writeFrom(SplicePipe pipe, long offset, long bytes) {
    turn.lock();
    try {
      if (closed) {
        return false;
      }
      if (spliced == null) {
        spliced = SpliceFile.open(path);
      }
      long start = System.nanoTime();
      pipe.empty(spliced, offset);
      way.tookInCache(bytes, System.nanoTime() - start);
      return true;
    } catch (IOException e) {
      throw failure(path, e);
    } finally {
      turn.unlock();
    }
  }

  /** Writes {@code data}, unless the file is closed. */
  void writeIfOpen(long offset, ByteBuffer data) {
    turn.lock();
    try {
      if (!closed) {
        writeInTurn(offset, data);
      }
    } catch (IOException e) {
      throw failure(path, e);
    } finally {
      turn.unlock();
    }
  }

  /** One at a time: others would spin for the kernel's lock of the file meanwhile. */
  private void writeInTurn(long offset, ByteBuffer data) throws IOException {
    turn.lock();
    try {
      long bytes = data.remaining();
      long start = System.nanoTime();
      writeFully(buffered, offset, data);
      way.tookInCache(bytes, System.nanoTime() - start);
    } finally {
      turn.unlock();
    }
  }

  private static void writeFully(FileChannel channel, long offset, ByteBuffer data)
      throws IOException {
    long at = offset;
    while (data.hasRemaining()) {
      at += channel.write(data, at);
    }
  }

  /**
   * Cuts off what an earlier try left beyond {@code lengthBytes}, and makes the file durable if
   * asked to.
   */
  void complete(long lengthBytes, boolean durable) {
    try {
      if (kept && buffered.size() > lengthBytes) {
        buffered.truncate(lengthBytes);
      }
      if (durable) {
        buffered.force(true);
      }
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  @Override
  public void close() {
    closeSpliced();
    try (buffered) {
      if (direct != null) {
        direct.close();
      }
    } catch (IOException e) {
      throw failure(path, e);
    }
  }

  private void closeSpliced() {
    turn.lock();
    try {
      closed = true;
      if (spliced != null) {
        spliced.close();
      }
    } finally {
      turn.unlock();
    }
  }

  static IoFailure.Disk failure(Path path, IOException e) {
    return new IoFailure.Disk("Cannot write " + path + ": " + e.getMessage() + ".", e);
  }
}
