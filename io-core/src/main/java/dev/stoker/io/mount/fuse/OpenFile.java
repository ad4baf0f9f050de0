package dev.stoker.io.mount.fuse;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One open file. Thread-safe: the kernel has several requests under way. {@link #close} comes last
 * and once.
 */
public interface OpenFile {
  /** FOPEN_KEEP_CACHE: pages that earlier opens left are this file's. */
  int KEEP_PAGES = 1 << 1;

  /** FOPEN_DIRECT_IO: past the page cache. */
  int DIRECT = 1;

  /** FOPEN_NOFLUSH: no FLUSH when it is closed. */
  int NO_FLUSH = 1 << 5;

  /** FOPEN_PASSTHROUGH: the kernel reads {@link #backingId()} itself. */
  int PASSTHROUGH = 1 << 7;

  /** How the kernel is to treat it: a combination of the constants. */
  default int openFlags() {
    return KEEP_PAGES | NO_FLUSH;
  }

  /** A file given to the kernel by {@link Kernel#openBacking}; 0 for none. */
  default int backingId() {
    return 0;
  }

  /**
   * Reads from {@code offset} until {@code into}, a direct buffer, is full or the file ends;
   * advances its position.
   */
  void read(Call call, long offset, ByteBuffer into);

  /**
   * What {@link #read} would read, where it lies in memory; asked first, by calls that may not
   * wait.
   *
   * @param bytes up to the end of the file at most
   * @return null where it has to be read
   */
  default @Nullable LentMemory lend(Call call, long offset, int bytes) {
    return null;
  }

  /**
   * How far a reader has come whose read up to {@code offset} is answered by {@link #lend}, and who
   * is likely to read on from there.
   *
   * @return an offset, or -1
   */
  default long readOnTo(long offset) {
    return -1;
  }

  /**
   * What such a reader will read next, as far as it is at hand: the kernel then has it before it
   * asks. What is lent counts as read.
   *
   * @return null for nothing
   */
  default @Nullable LentMemory lendAhead(long offset, int mostBytes) {
    return null;
  }

  /** Memory of the tree's, given back soon. */
  interface LentMemory extends AutoCloseable {
    /** Direct, from position to limit. */
    ByteBuffer bytes();

    @Override
    void close();
  }

  /** Writes all of {@code from}; says how many bytes it took. */
  default int write(Call call, long offset, ByteBuffer from) {
    throw TreeFailure.READ_ONLY;
  }

  /** Someone closed a descriptor of it; what fails here is what close(2) says. */
  default void flush(Call call) {}

  /** Waits until what was written is safe. */
  default void sync(Call call, boolean dataOnly) {}

  /** fallocate(2). */
  default void allocate(Call call, int mode, long offset, long lengthBytes) {
    throw TreeFailure.UNSUPPORTED;
  }

  /** The last descriptor and mapping of this open are gone. Must not wait. */
  void close();
}
