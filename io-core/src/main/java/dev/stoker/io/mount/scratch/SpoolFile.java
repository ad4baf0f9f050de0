package dev.stoker.io.mount.scratch;

import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.PosixException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/**
 * A file's bytes in the spool. Reads may come from any thread; all else under the lock of its
 * {@link ScratchFile}.
 */
final class SpoolFile {
  // linux/falloc.h.
  static final int KEEP_SIZE = 1;
  static final int PUNCH_HOLE = 2;
  static final int ZERO_RANGE = 16;

  private final Path path;
  private final FileHandle handle;
  private final PageSet pages = new PageSet();
  private volatile long chargedBytes;

  /**
   * @param chargedBytes what it takes already
   */
  SpoolFile(Path path, FileHandle handle, long chargedBytes) {
    this.path = path;
    this.handle = handle;
    this.chargedBytes = chargedBytes;
  }

  Path path() {
    return path;
  }

  /** Disk that is counted for it: every page that was ever written and not given back. */
  long chargedBytes() {
    return chargedBytes;
  }

  /** What writing a range would add to that. */
  long missingBytes(long offset, long end) {
    return pages.missing(offset, end) * PageSet.PAGE_BYTES;
  }

  /** Counts a range, for which room was taken. */
  void charge(long offset, long end) {
    long before = pages.count();
    pages.add(offset, end);
    add((pages.count() - before) * PageSet.PAGE_BYTES);
  }

  /** Stops counting what was given back; says how much that is. */
  long discharge(long offset, long end) {
    long bytes = pages.remove(offset, end) * PageSet.PAGE_BYTES;
    add(-bytes);
    return bytes;
  }

  /** One thread at a time does so. */
  private void add(long bytes) {
    long before = chargedBytes;
    chargedBytes = before + bytes;
  }

  void read(ByteBuffer into, long offset) throws PosixException {
    handle.read(into, offset);
  }

  void write(ByteBuffer from, long offset) throws PosixException {
    handle.write(from, offset);
  }

  void truncate(long lengthBytes) throws PosixException {
    handle.truncate(lengthBytes);
  }

  void allocate(int mode, long offset, long lengthBytes) throws PosixException {
    handle.allocate(mode, offset, lengthBytes);
  }

  /** Gives it the mtime that goes to the origin. */
  void setModified(long nanos) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(nanos, TimeUnit.NANOSECONDS));
  }

  void close() {
    handle.close();
  }
}
