package dev.stoker.io.fetch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All memory that fetched bytes pass through: direct buffers, aligned for O_DIRECT, with a hard
 * ceiling. Sizes are powers of two. Freed buffers are kept and given out again last-in-first-out,
 * because touching memory for the first time costs more than filling it; idle ones of other sizes
 * are let go when a size runs short.
 *
 * <p>Who takes nothing for a reader that is blocked leaves an eighth to those who do.
 *
 * <p>Thread-safe.
 */
public final class BufferPool implements AutoCloseable {
  static final int MIN_BYTES = 64 << 10;
  static final int MAX_BYTES = 16 << 20;

  /** What O_DIRECT asks of addresses, on any device we know (open(2)). */
  private static final int ALIGNMENT_BYTES = 4096;

  /** Smaller ones are cheap to touch. */
  private static final int WORTH_REUSING_BYTES = 1 << 20;

  /** A buffer in use: whoever took it owns it until {@link #release}. */
  public final class Lease implements RangeSink.Loan {
    private final ByteBuffer buffer;
    private final ByteBuf memory;
    private int users;

    private Lease(ByteBuffer buffer, ByteBuf memory) {
      this.buffer = buffer;
      this.memory = memory;
    }

    /** The buffer, all of it; position and limit are the owner's to set. */
    public ByteBuffer buffer() {
      return buffer;
    }

    /** One more owner, who gives it back, too; by one who owns it. */
    void share() {
      shared(this);
    }

    /** Gives it back; the owner must not touch it again. Once for each owner. */
    public void release() {
      BufferPool.this.giveBack(this);
    }

    @Override
    public Object memory() {
      return this;
    }

    @Override
    public long lengthBytes() {
      return buffer.capacity();
    }

    @Override
    public void keep() {
      share();
    }

    /** As {@link #release}, by who kept it: requests that lacked memory start. */
    @Override
    public void giveBack() {
      release();
      freed.run();
    }
  }

  private final long ceilingBytes;
  private volatile Runnable freed = () -> {};
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: all below.
  private final List<ArrayDeque<Lease>> idle =
      IntStream.rangeClosed(0, sizeClass(MAX_BYTES))
          .mapToObj(i -> new ArrayDeque<Lease>())
          .toList();
  private long allocatedBytes;
  private long takenBytes;
  private boolean closed;

  /**
   * @param ceilingBytes never exceeded; at least one largest buffer
   */
  public BufferPool(long ceilingBytes) {
    this.ceilingBytes = Math.max(MAX_BYTES, ceilingBytes);
  }

  /** Says who is told when somebody gives back what he kept. */
  void onGivenBack(Runnable told) {
    freed = told;
  }

  /** Takes a buffer of at least {@code bytes} ≤ 16 MiB, or null when there is no room now. */
  public @Nullable Lease tryTake(int bytes, Priority priority) {
    int sizeClass = sizeClass(bytes);
    int size = MIN_BYTES << sizeClass;
    lock.lock();
    try {
      long limit = priority == Priority.DEMAND ? ceilingBytes : ceilingBytes - ceilingBytes / 8;
      // Always one, or nobody would ever free anything.
      if (closed || (takenBytes > 0 && takenBytes + size > limit)) {
        return null;
      }
      Lease lease = idleLease(sizeClass);
      if (lease == null) {
        makeRoomFor(size);
        if (allocatedBytes + size > ceilingBytes) {
          return null;
        }
        allocatedBytes += size;
        lease = allocate(size);
      }
      takenBytes += lease.buffer.capacity();
      lease.users = 1;
      lease.buffer.clear();
      return lease;
    } finally {
      lock.unlock();
    }
  }

  /** By Netty, which does not write zeros first: nobody reads what was not received. */
  private Lease allocate(int size) {
    ByteBuf memory = UnpooledByteBufAllocator.DEFAULT.directBuffer(size + ALIGNMENT_BYTES);
    ByteBuffer whole = memory.nioBuffer(0, size + ALIGNMENT_BYTES);
    int start = (ALIGNMENT_BYTES - whole.alignmentOffset(0, ALIGNMENT_BYTES)) % ALIGNMENT_BYTES;
    return new Lease(whole.slice(start, size), memory);
  }

  /**
   * Under the lock: an idle buffer of that size, or one of the next two sizes where that is not
   * much: the last requests of a file are smaller, and new memory for them would be touched for the
   * first time.
   */
  private @Nullable Lease idleLease(int sizeClass) {
    int largest = sizeClass >= sizeClass(WORTH_REUSING_BYTES) ? sizeClass + 2 : sizeClass;
    for (int i = sizeClass; i <= Math.min(largest, idle.size() - 1); i++) {
      int size = MIN_BYTES << i;
      Lease lease =
          i == sizeClass || takenBytes + size <= ceilingBytes - ceilingBytes / 8
              ? idle.get(i).pollLast()
              : null;
      if (lease != null) {
        return lease;
      }
    }
    return null;
  }

  /** Bytes that buffers in use have. */
  public long takenBytes() {
    lock.lock();
    try {
      return takenBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of all buffers, in use or kept; never above the ceiling. */
  public long allocatedBytes() {
    lock.lock();
    try {
      return allocatedBytes;
    } finally {
      lock.unlock();
    }
  }

  public long ceilingBytes() {
    return ceilingBytes;
  }

  private void shared(Lease lease) {
    lock.lock();
    try {
      lease.users++;
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(Lease lease) {
    lock.lock();
    try {
      if (lease.users == 0) {
        throw new IllegalStateException("A buffer was given back twice.");
      }
      if (--lease.users > 0) {
        return;
      }
      takenBytes -= lease.buffer.capacity();
      if (closed) {
        free(lease);
      } else {
        idle.get(sizeClass(lease.buffer.capacity())).addLast(lease);
      }
    } finally {
      lock.unlock();
    }
  }

  private void makeRoomFor(int size) {
    for (int i = idle.size() - 1; i >= 0 && allocatedBytes + size > ceilingBytes; i--) {
      ArrayDeque<Lease> kept = idle.get(i);
      while (!kept.isEmpty() && allocatedBytes + size > ceilingBytes) {
        free(kept.removeFirst());
      }
    }
  }

  private void free(Lease lease) {
    allocatedBytes -= lease.buffer.capacity();
    lease.memory.release();
  }

  private static int sizeClass(int bytes) {
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException("No buffer has " + bytes + " bytes.");
    }
    int rounded = Math.max(MIN_BYTES, bytes);
    return 32 - Integer.numberOfLeadingZeros((rounded - 1) / MIN_BYTES);
  }

  /** Frees what is idle; buffers in use are freed when they come back. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (ArrayDeque<Lease> kept : idle) {
        while (!kept.isEmpty()) {
          free(kept.removeFirst());
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
