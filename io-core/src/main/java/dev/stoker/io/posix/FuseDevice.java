package dev.stoker.io.posix;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One channel of {@code /dev/fuse}: each read takes one request of the kernel's, each write answers
 * one (linux/fuse.h).
 *
 * <p>Thread-safe, but for {@link #close}: its owner calls that once nobody reads.
 */
public final class FuseDevice implements AutoCloseable {
  private static final String PATH = "/dev/fuse";

  // linux/fuse.h: _IOR(229, 0, u32), _IOW(229, 1, struct fuse_backing_map), _IOW(229, 2, u32).
  private static final long IOC_CLONE = 0x8004E500L;
  private static final long IOC_BACKING_OPEN = 0x4010E501L;
  private static final long IOC_BACKING_CLOSE = 0x4004E502L;

  /** struct iovec on a 64-bit machine. */
  private static final int VECTOR_BYTES = 16;

  private final AtomicInteger fd;

  FuseDevice(int fd) {
    this.fd = new AtomicInteger(fd);
  }

  /** A channel that belongs to no file system yet. */
  public static FuseDevice open() throws PosixException {
    int fd = LibC.openat(LibC.AT_FDCWD, CString.of(PATH), LibC.O_RDWR | LibC.O_CLOEXEC, 0);
    if (fd < 0) {
      throw FileHandle.failure("open", PATH);
    }
    return new FuseDevice(fd);
  }

  /** Another channel of the same file system; a request is answered on the one it came by. */
  public FuseDevice another() throws PosixException {
    FuseDevice more = open();
    ByteBuffer of = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).putInt(0, number());
    try {
      if (LibC.ioctl(more.number(), IOC_CLONE, address(of)) != 0) {
        PosixException failure = FileHandle.failure("clone", PATH);
        more.close();
        throw failure;
      }
    } finally {
      Reference.reachabilityFence(of);
    }
    return more;
  }

  /** What mount(2) takes as {@code fd=}. */
  int number() {
    return fd.get();
  }

  /**
   * Takes the next request into {@code into}, a direct buffer that must have room for the largest;
   * waits for one.
   *
   * @return false once the file system is unmounted or was cut off
   * @throws PosixException with EINTR, ENOENT (the request was taken back) or EAGAIN: try again
   */
  public boolean read(ByteBuffer into) throws PosixException {
    long count;
    try {
      count = LibC.read(fd.get(), address(into), into.remaining());
    } finally {
      Reference.reachabilityFence(into);
    }
    if (count < 0) {
      PosixException failure = FileHandle.failure("read", PATH);
      if (failure.errno() == Errno.ENODEV || failure.errno() == Errno.ECONNABORTED) {
        return false;
      }
      throw failure;
    }
    into.position(into.position() + (int) count);
    return count > 0;
  }

  /**
   * Answers with {@code head} and, behind it, {@code body}; both direct, taken from their positions
   * to their limits.
   *
   * @param vectors scratch memory, direct, at least 32 bytes, the caller's alone
   * @throws PosixException with ENOENT when nobody waits for the answer any more
   */
  public void write(ByteBuffer head, @Nullable ByteBuffer body, ByteBuffer vectors)
      throws PosixException {
    long written;
    try {
      if (body == null || !body.hasRemaining()) {
        written = LibC.write(fd.get(), address(head), head.remaining());
      } else {
        vectors.order(ByteOrder.nativeOrder());
        vectors.putLong(0, address(head)).putLong(8, head.remaining());
        vectors.putLong(VECTOR_BYTES, address(body)).putLong(VECTOR_BYTES + 8, body.remaining());
        written = LibC.writev(fd.get(), MemorySegment.ofBuffer(vectors.slice(0, 32)).address(), 2);
      }
    } finally {
      Reference.reachabilityFence(head);
      Reference.reachabilityFence(body);
      Reference.reachabilityFence(vectors);
    }
    if (written < 0) {
      throw FileHandle.failure("write", PATH);
    }
  }

  /**
   * Gives the kernel a file to read past us (Linux 6.9, CAP_SYS_ADMIN).
   *
   * @return the id by which an answer to OPEN names it, above 0
   */
  public int openBacking(FileHandle file) throws PosixException {
    ByteBuffer map = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    map.putInt(0, file.number());
    try {
      int id = LibC.ioctl(fd.get(), IOC_BACKING_OPEN, address(map));
      if (id <= 0) {
        throw FileHandle.failure("passthrough", file.toString());
      }
      return id;
    } finally {
      Reference.reachabilityFence(map);
    }
  }

  /** Takes such a file back; files open by then stay readable. */
  public void closeBacking(int id) throws PosixException {
    ByteBuffer number = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).putInt(0, id);
    try {
      if (LibC.ioctl(fd.get(), IOC_BACKING_CLOSE, address(number)) != 0) {
        throw FileHandle.failure("closing backing file " + id, PATH);
      }
    } finally {
      Reference.reachabilityFence(number);
    }
  }

  @Override
  public void close() {
    int open = fd.getAndSet(-1);
    if (open >= 0) {
      LibC.close(open);
    }
  }

  private static long address(ByteBuffer buffer) {
    return MemorySegment.ofBuffer(buffer).address();
  }
}
