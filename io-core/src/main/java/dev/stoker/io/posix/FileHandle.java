package dev.stoker.io.posix;

import com.sun.jna.Native;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file, read and written by position. Unlike a {@code FileChannel} it is not closed by the
 * interrupt of one of its many readers, and it knows holes and reflinks.
 *
 * <p>Thread-safe, but for {@link #close}: its owner calls that once nobody uses the handle.
 */
public final class FileHandle implements AutoCloseable {
  /** Longest single copy_file_range or pread that Linux carries out (MAX_RW_COUNT). */
  private static final long MAX_COUNT = 0x7ffff000L;

  private final AtomicInteger fd;
  private final String path;

  FileHandle(int fd, String path) {
    this.fd = new AtomicInteger(fd);
    this.path = path;
  }

  /**
   * Opens {@code path}.
   *
   * @param mode permission bits of a file that this makes, before the umask
   */
  public static FileHandle open(Path path, int mode, OpenFlag... flags) throws PosixException {
    return openAt(LibC.AT_FDCWD, path.toString(), path.toString(), mode, flags);
  }

  static FileHandle openAt(int folder, String name, String path, int mode, OpenFlag... flags)
      throws PosixException {
    int fd = LibC.openat(folder, CString.of(name), OpenFlag.bits(flags), mode);
    if (fd < 0) {
      throw failure("open", path);
    }
    return new FileHandle(fd, path);
  }

  /**
   * Reads from {@code offset} until {@code into}, a direct buffer, is full or the file ends;
   * advances its position.
   *
   * @return bytes read, less than asked for only at the end of the file
   */
  public int read(ByteBuffer into, long offset) throws PosixException {
    int start = into.position();
    long address = addressOf(into);
    try {
      while (into.hasRemaining()) {
        int done = into.position() - start;
        long count = LibC.pread(open(), address + done, into.remaining(), offset + done);
        if (count < 0) {
          retryOrThrow("read");
        } else if (count == 0) {
          break;
        } else {
          into.position(into.position() + (int) count);
        }
      }
    } finally {
      Reference.reachabilityFence(into);
    }
    return into.position() - start;
  }

  /** Writes all that remains of {@code from}, a direct buffer, at {@code offset}. */
  public void write(ByteBuffer from, long offset) throws PosixException {
    int start = from.position();
    long address = addressOf(from);
    try {
      while (from.hasRemaining()) {
        int done = from.position() - start;
        long count = LibC.pwrite(open(), address + done, from.remaining(), offset + done);
        if (count < 0) {
          retryOrThrow("write");
        } else {
          from.position(from.position() + (int) count);
        }
      }
    } finally {
      Reference.reachabilityFence(from);
    }
  }

  /** Makes the file {@code lengthBytes} long; what it grows by is a hole. */
  public void truncate(long lengthBytes) throws PosixException {
    check(LibC.ftruncate(open(), lengthBytes), "truncate");
  }

  /** Gives the blocks of a range back; it reads as zeros from then on, the length stays. */
  public void punchHole(long offset, long lengthBytes) throws PosixException {
    check(
        LibC.fallocate(
            open(), LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE, offset, lengthBytes),
        "punching a hole");
  }

  /**
   * Takes disk for a range ahead of its being written, or makes it read as zeros.
   *
   * @param mode FALLOC_FL_* of fallocate(2)
   */
  public void allocate(int mode, long offset, long lengthBytes) throws PosixException {
    check(LibC.fallocate(open(), mode, offset, lengthBytes), "fallocate");
  }

  /** Waits until the data is on the device. */
  public void sync() throws PosixException {
    check(LibC.fdatasync(open()), "sync");
  }

  /** Sets the permission bits, whatever the umask. */
  public void setMode(int mode) throws PosixException {
    check(LibC.fchmod(open(), mode), "chmod");
  }

  /**
   * Takes the file's lock (flock(2)) for as long as the handle is open.
   *
   * @return whether it was free; it is held across processes and within this one
   */
  public boolean tryLock() throws PosixException {
    if (LibC.flock(open(), LibC.LOCK_EX_NB) == 0) {
      return true;
    }
    PosixException failure = failure("lock", path);
    if (failure.errno() == Errno.EAGAIN) {
      return false;
    }
    throw failure;
  }

  /** Shares all blocks of {@code source} with this empty file, where the file system can. */
  public void cloneFrom(FileHandle source) throws PosixException {
    check(LibC.ioctl(open(), LibC.FICLONE, source.open()), "reflink");
  }

  /** Copies {@code lengthBytes} from the start of {@code source} inside the kernel. */
  public void copyFrom(FileHandle source, long lengthBytes) throws IOException {
    ByteBuffer offset = ByteBuffer.allocateDirect(16);
    offset.order(ByteOrder.nativeOrder());
    long address = addressOf(offset);
    long done = 0;
    try {
      while (done < lengthBytes) {
        offset.putLong(0, done).putLong(8, done);
        long count =
            LibC.copy_file_range(
                source.open(),
                address,
                open(),
                address + 8,
                Math.min(MAX_COUNT, lengthBytes - done),
                0);
        if (count < 0) {
          retryOrThrow("copy");
        } else if (count == 0) {
          throw new IOException(
              "copy of "
                  + source.path
                  + " failed: it ends after "
                  + done
                  + " of "
                  + lengthBytes
                  + " bytes.");
        } else {
          done += count;
        }
      }
    } finally {
      Reference.reachabilityFence(offset);
    }
  }

  public FileStatus status() throws PosixException {
    return FolderHandle.status(open(), "", LibC.AT_EMPTY_PATH, path);
  }

  public FileSystemStatus fileSystem() throws PosixException {
    ByteBuffer s = ByteBuffer.allocateDirect(FileSystemStatus.STRUCT_BYTES);
    try {
      check(LibC.fstatvfs(open(), addressOf(s)), "statvfs");
    } finally {
      Reference.reachabilityFence(s);
    }
    return FileSystemStatus.of(s);
  }

  /** Closes the file; a second call does nothing. */
  @Override
  public void close() {
    int open = fd.getAndSet(-1);
    if (open >= 0) {
      // Its result says nothing that a write or sync has not said (close(2), "Dealing with
      // errors").
      LibC.close(open);
    }
  }

  @Override
  public String toString() {
    return path;
  }

  /** What system calls take; -1 once closed. */
  int number() {
    return fd.get();
  }

  private int open() {
    return fd.get();
  }

  /** The native address of the buffer's position. */
  private static long addressOf(ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException("The buffer must be direct.");
    }
    return MemorySegment.ofBuffer(buffer).address();
  }

  private void retryOrThrow(String call) throws PosixException {
    PosixException failure = failure(call, path);
    if (failure.errno() != Errno.EINTR) {
      throw failure;
    }
  }

  private void check(int result, String call) throws PosixException {
    if (result != 0) {
      throw failure(call, path);
    }
  }

  static PosixException failure(String call, String path) {
    return new PosixException(call, path, Native.getLastError());
  }
}
